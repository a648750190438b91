import { decide } from "../../src/log/decide.ts";
import type { Decision } from "../../src/log/decision.ts";
import type { Outcome, Refusal } from "../../src/log/outcome.ts";
import type { Command } from "../../src/log/types.ts";
import { toIndex } from "../../src/raft/types.ts";
import { begun, everything, run } from "../storage/fixture.ts";
import { memoryStorage } from "../storage/node-database.ts";

/** The decision at `now` after `earlier`, which was done at 1,000 in term 1. */
export function decideAfter(earlier: readonly Command[], command: Command, now = 2_000): Decision {
  const storage = begun(memoryStorage());
  run(storage, earlier);
  return decide(command, storage.view(everything), now);
}

/** The outcome for the caller, once it is committed as entry 90. */
export function outcomeAfter(earlier: readonly Command[], command: Command, now = 2_000): Outcome {
  const decision = decideAfter(earlier, command, now);
  return decision.kind === "propose" ? decision.outcome(toIndex(90), 7) : decision.outcome;
}

export function refused(refusal: Refusal): Decision {
  return { kind: "answer", outcome: { kind: "refused", refusal } };
}
