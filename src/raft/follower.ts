import { invariant } from "./invariant.ts";
import type { AppendEntries } from "./messages.ts";
import { becomeQuiesced } from "./quiesce.ts";
import { adoptConfiguration, append, lastIndexWithTermAtMost, type State, termAt } from "./state.ts";
import { type Entry, type Index, toIndex } from "./types.ts";

/** From the leader of the present term (paper figure 2, AppendEntries, receiver). */
export function onAppendEntries(state: State, message: AppendEntries): void {
  // What lies before the snapshot's end is committed, and so the leader's too.
  const isKnown = message.prevIndex < state.snapshot.index;
  if (!isKnown && termAt(state, message.prevIndex) !== message.prevTerm) {
    reject(state, message);
    return;
  }
  const lastNewIndex = toIndex(message.prevIndex + message.entries.length);
  take(state, message.entries);
  // Never beyond what this request proved to match: what lies behind it may be another leader's.
  const commitIndex = toIndex(Math.min(message.commitIndex, lastNewIndex));
  if (commitIndex > state.commitIndex) state.commitIndex = commitIndex;
  const { id: from, currentTerm: term } = state;
  const { from: to, round } = message;
  // A late one must not put to sleep who has come to hold more.
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

/** Adds what is new. Only a real conflict truncates: an old request may well be shorter than the log. */
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

/** Hints at the last entry that can match, so that whole terms are skipped at once. */
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
