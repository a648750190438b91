import type { InstallSnapshot } from "./messages.ts";
import { adoptConfiguration, adoptFrom, type State, termAt } from "./state.ts";
import { toIndex } from "./types.ts";

/**
 * A segment of the snapshot of the present term's leader (paper §7). It is taken only where it continues what is
 * committed here, which is the leader's too; so it is never asked which older parts differ.
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
 * All of the segment is committed. A log that has its last entry has all of it, and keeps what follows; any other
 * one is replaced from the commit index on, by one write.
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
