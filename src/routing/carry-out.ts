import type { Problem } from "../http/problem.ts";
import type { Command, Outcome, Refusal } from "../log/types.ts";
import { refusalProblem } from "./refusal.ts";
import type { Visit } from "./visit.ts";

/** What a command comes to, unless the log's state forbids it. */
const outcomeKinds = {
  create: "created",
  append: "appended",
  trim: "altered",
  close: "altered",
  fence: "altered",
  renew: "altered",
  delete: "deleted",
  consumer: "consumer",
  document: "documented",
} as const satisfies Readonly<Record<Command["kind"], Outcome["kind"]>>;

type OutcomeOf<C extends Command> = Extract<Outcome, { readonly kind: (typeof outcomeKinds)[C["kind"]] }>;

/** What came of a command. Throws the problems of `Router.command`, and those that `explain` makes of refusals. */
export async function carryOut<C extends Command>(
  { api, call, cluster }: Visit,
  command: C,
  explain: (refusal: Refusal, log: string) => Problem = refusalProblem,
): Promise<OutcomeOf<C>> {
  const outcome = await api.router.command(call, cluster, command);
  if (outcome.kind === "refused") throw explain(outcome.refusal, command.name);
  if (!isOutcomeOf(command, outcome)) throw new Error(`a ${command.kind} had the outcome of something else`);
  return outcome;
}

function isOutcomeOf<C extends Command>(command: C, outcome: Outcome): outcome is OutcomeOf<C> {
  return outcome.kind === outcomeKinds[command.kind];
}
