import { invariant } from "./invariant.ts";
import { type State, termAt } from "./state.ts";
import type { Index } from "./types.ts";

/**
 * Compacts the log up to `index`, which is committed: these entries are not replicated any more (paper §7). Never goes
 * back.
 */
export function compact(state: State, index: Index): void {
  if (index <= state.snapshot.index) return;
  const term = termAt(state, index);
  invariant(
    index <= state.commitIndex && term !== null,
    `entry ${index} is not committed and can't be compacted`,
  );
  const mark = { ...state.snapshot, index, term };
  state.snapshot = mark;
  state.effects.snapshot = { mark, rows: [] };
}
