import { demand, isSame } from "./history.ts";
import type { Input, NodeState } from "./node-state.ts";

/** Invariants of one step of one node, regardless of the others. Throws `Violation`. */
export function checkStep(before: NodeState, input: Input, after: NodeState): void {
  const { id, currentTerm, commitIndex, lastIndex } = after.core;
  demand(commitIndex <= lastIndex, () => `node ${id} commits entry ${commitIndex}, which it does not hold`);
  demand(lastIndex === after.written.log.length, () => `node ${id} has a wrong last index`);
  if (input.kind === "crash") return;
  demand(currentTerm >= before.core.currentTerm, () => `node ${id} goes back to term ${currentTerm}`);
  demand(commitIndex >= before.core.commitIndex, () => `node ${id} goes back to commit index ${commitIndex}`);
  const ledBefore = before.core.role.name === "leader" && before.core.currentTerm === currentTerm;
  const keeps = ledBefore ? before.written.log : before.written.log.slice(0, before.core.commitIndex);
  const why = ledBefore ? "it led" : "it was committed";
  for (const entry of keeps) {
    demand(
      isSame(entry, after.written.log[entry.index - 1]),
      () => `node ${id} removes entry ${entry.index} though ${why}`,
    );
  }
}
