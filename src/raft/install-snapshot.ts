import type { InstallSnapshot } from "./messages.ts";
import { adoptConfiguration, adoptFrom, type State, termAt } from "./state.ts";
import { toIndex } from "./types.ts";

/**
 * A segment of a snapshot of the present term's leader (paper §7). It is accepted only if it continues the committed
 * entries here. The leader has the same entries, so older parts never need to be compared.
 */
export function onInstallSnapshot(state: State, message: InstallSnapshot): void {
  const { prevIndex, lastIndex } = message;
  if (prevIndex <= state.commitIndex && lastIndex > state.commitIndex) install(state, message);
  const { id: from, currentTerm: term, commitIndex, effects } = state;
  effects.messages.push({
    type: "InstallSnapshotResponse",
    ...{ from, to: message.from, term, prevIndex, commitIndex },
  });
}

/**
 * All of the segment is committed. A log that has the segment's last entry has all of it, and keeps what follows. Any
 * other log is replaced from the commit index on, in one write.
 */
function install(state: State, message: InstallSnapshot): void {
  const { lastIndex: index, lastTerm: term, entries } = message;
  const { commitIndex, effects, snapshot } = state;
  const isThere = termAt(state, index) === term;
  state.commitIndex = index;
  if (isThere) return;
  const readableIndex = toIndex(Math.max(snapshot.readableIndex, message.snapshotIndex));
  const mark = { index, term, readableIndex };
  const rows = entries.filter((entry) => entry.index > commitIndex);
  if (state.lastIndex > commitIndex) {
    const from = toIndex(commitIndex + 1);
    state.trace?.({ kind: "truncation", from, to: state.lastIndex, why: "snapshot" });
    effects.truncateFrom = from;
  }
  effects.snapshot = { mark, rows };
  if (state.configurationIndex > commitIndex) adoptConfiguration(state, commitIndex);
  for (const row of rows) adoptFrom(state, row);
  state.snapshot = mark;
  state.lastIndex = index;
  state.lastTerm = term;
}
