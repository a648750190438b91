import type { ClusterState } from "./cluster-state.ts";
import type { NodeState } from "./node-state.ts";
import { type Outcomes, tellEntries } from "./outcomes.ts";
import type { Action, Successors } from "./successors.ts";

/** A fault, and the shortest path to it. */
export interface Finding {
  readonly what: string;
  /**
   * For each step a line with the event, and one with its node afterwards. The last step is the wrong one.
   */
  readonly steps: readonly string[];
}

/**
 * Describes a path through known states in steps of nodes that keep their numbers. A known state stands for
 * all states that differ only in those. So the path is walked again from the start, and its last step fails
 * again.
 */
export function tellPath(
  first: ClusterState,
  path: readonly number[],
  isAt: (place: number, state: ClusterState) => boolean,
  successors: Successors,
  outcomes: Outcomes,
): Finding {
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
  for (const action of successors.actions(state)) {
    const what = faultOf(successors, state, action);
    if (what !== null) return { what, steps: [...lines, tell(action)] };
  }
  throw new Error("the fault can't be found again");
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

/** The error of the core or of a check about an action. */
function faultOf(successors: Successors, state: ClusterState, action: Action): string | null {
  try {
    successors.after(state, action);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
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
