import { invariant } from "./invariant.ts";
import type { AppendEntries } from "./messages.ts";
import { becomeQuiesced } from "./quiesce.ts";
import { adoptConfiguration, append, lastIndexWithTermAtMost, type State, termAt } from "./state.ts";
import { type Entry, type Index, toIndex } from "./types.ts";

/** From the leader of the present term (paper figure 2, AppendEntries, receiver). */
export function onAppendEntries(state: State, message: AppendEntries): void {
  // All before the snapshot's end is committed, so the leader has the same.
  const isKnown = message.prevIndex < state.snapshot.index;
  if (!isKnown && termAt(state, message.prevIndex) !== message.prevTerm) {
    reject(state, message);
    return;
  }
  const lastNewIndex = toIndex(message.prevIndex + message.entries.length);
  take(state, message.entries);
  // Never beyond the entries that this request proved to match: later entries may be another leader's.
  const commitIndex = toIndex(Math.min(message.commitIndex, lastNewIndex));
  if (commitIndex > state.commitIndex) state.commitIndex = commitIndex;
  const { id: from, currentTerm: term } = state;
  const { from: to, round } = message;
  // A late heartbeat must not put a node to sleep that holds more by now.
  if (message.quiesce && lastNewIndex === state.lastIndex) {
    becomeQuiesced(state, { term, leader: to, index: lastNewIndex, round });
  }
  state.effects.messages.push({
    type: "AppendEntriesAccepted",
    from,
    to,
    term,
    round,
    matchIndex: lastNewIndex,
    quiesced: state.quiesce !== null,
  });
}

/** Appends the new entries. Only a real conflict truncates: an old request may end before the log does. */
function take(state: State, entries: readonly Entry[]): void {
  const isNew = ({ index, term }: Entry): boolean =>
    index > state.snapshot.index && termAt(state, index) !== term;
  const firstNew = entries.findIndex(isNew);
  const first = entries[firstNew];
  if (first === undefined) return;
  if (first.index <= state.lastIndex) truncateFrom(state, first.index);
  append(state, entries.slice(firstNew));
}

function truncateFrom(state: State, index: Index): void {
  invariant(index > state.commitIndex, `entry ${index} is committed and conflicts with the leader's`);
  const lastTerm = termAt(state, toIndex(index - 1));
  invariant(lastTerm !== null, `no entry before ${index}`);
  state.trace?.({ kind: "truncation", from: index, to: state.lastIndex, why: "conflict" });
  state.effects.truncateFrom = index;
  state.lastIndex = toIndex(index - 1);
  state.lastTerm = lastTerm;
  if (state.configurationIndex >= index) adoptConfiguration(state, state.lastIndex);
}

/** A hint at the last entry that may match, so that the leader skips whole terms. */
function reject(state: State, message: AppendEntries): void {
  const { id: from, currentTerm: term, commitIndex } = state;
  const { from: to, prevIndex, round } = message;
  const reach = toIndex(Math.min(prevIndex, state.lastIndex));
  const hintIndex = lastIndexWithTermAtMost(state, reach, message.prevTerm);
  const hintTerm = termAt(state, hintIndex) ?? 0;
  state.effects.messages.push({
    type: "AppendEntriesRejected",
    ...{ from, to, term, round, prevIndex, hintIndex, hintTerm, commitIndex },
  });
}
