import type { ClusterState } from "./cluster-state.ts";
import type { NodeState } from "./node-state.ts";
import { type Outcomes, tellEntries } from "./outcomes.ts";
import type { Action, Successors } from "./successors.ts";

/**
 * A way through known states told as steps of nodes that keep their numbers: each known state stands for all that
 * differ only in those, so the way is walked again from the start. The last line is the step that goes wrong.
 */
export function tellPath(
  first: ClusterState,
  path: readonly number[],
  isAt: (place: number, state: ClusterState) => boolean,
  successors: Successors,
  outcomes: Outcomes,
): readonly string[] {
  const lines: string[] = [];
  let state = first;
  const tell = ({ node, code, costs }: Action): string =>
    `${outcomes.tell(state.nodes[node] as number, code)}${costs === "duplicates" ? " (and stays in flight)" : ""}`;
  for (const place of path) {
    const step = firstOf(successors.actions(state), (action) => {
      const next = successors.after(state, action);
      return next !== null && isAt(place, next) ? next : null;
    });
    if (step === null) throw new Error("a known state can't be reached again");
    lines.push(
      `${tell(step.action)}\n      ${tellNode(outcomes, step.next.nodes[step.action.node] as number)}`,
    );
    state = step.next;
  }
  const last = firstOf(successors.actions(state), (action) =>
    isWrong(successors, state, action) ? state : null,
  );
  return last === null ? lines : [...lines, tell(last.action)];
}

interface Step {
  readonly action: Action;
  readonly next: ClusterState;
}

function firstOf(actions: readonly Action[], next: (action: Action) => ClusterState | null): Step | null {
  for (const action of actions) {
    const state = next(action);
    if (state !== null) return { action, next: state };
  }
  return null;
}

function isWrong(successors: Successors, state: ClusterState, action: Action): boolean {
  try {
    successors.after(state, action);
    return false;
  } catch {
    return true;
  }
}

function tellNode(outcomes: Outcomes, node: number): string {
  const { core, written, durable, isWriting }: NodeState = outcomes.nodes.value(node);
  const { role, currentTerm, votedFor, commitIndex } = core;
  const unsynced = isWriting
    ? `, on disk ${tellEntries(durable.log)} term ${durable.hardState.currentTerm}`
    : "";
  return `${role.name}, term ${currentTerm}, vote ${votedFor}, log ${tellEntries(written.log)}${unsynced}, commit ${commitIndex}`;
}
