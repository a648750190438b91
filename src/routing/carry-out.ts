import type { Problem } from "../http/problem.ts";
import { type DoneOutcome, isRefused, type Refusal, type Refused } from "../log/outcome.ts";
import type { Command } from "../log/types.ts";
import { refusalProblem } from "./refusal.ts";
import type { Visit } from "./visit.ts";

/** The outcome of a command. Throws the problems of `Router.command`, and those of refusals. */
export async function carryOut<C extends Command>(
  { api, call, cluster }: Visit,
  command: C,
  explain: (refusal: Refusal, log: string) => Problem = refusalProblem,
): Promise<DoneOutcome<C>> {
  const outcome = await api.router.command(call, cluster, command);
  if (!isRefused(outcome)) return outcome;
  const { refusal }: Refused = outcome;
  throw explain(refusal, command.name);
}
