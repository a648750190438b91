import { invariant } from "./invariant.ts";
import { advanceMembership, noteCatchUp } from "./membership.ts";
import type { AppendEntriesAccepted, AppendEntriesRejected, InstallSnapshotResponse } from "./messages.ts";
import { acceptedUpTo, type Progress, probeFrom } from "./progress.ts";
import { reachedByMajority } from "./quorum.ts";
import { beginSnapshot, toldOfSnapshot } from "./send-snapshot.ts";
import { type Leader, lastIndexWithTermAtMost, type State } from "./state.ts";
import { type Index, type NodeId, toIndex } from "./types.ts";
import { releaseCommitted } from "./uncommitted.ts";

/** The peer's log matches the leader's up to the end of the sent entries. */
export function onAccepted(state: State, leader: Leader, message: AppendEntriesAccepted, now: number): void {
  const progress = acknowledge(leader, message.from, message.round, now);
  if (progress === null) return;
  holdsUpTo(state, progress, message.from, message.matchIndex);
  if (message.quiesced) progress.quiescedRound = Math.max(progress.quiescedRound, message.round);
  noteCatchUp(state, leader, message.from, now);
  advance(state, leader, now);
}

/** A segment of a snapshot has arrived. The peer holds the leader's log up to its commit index. */
export function onInstallSnapshotResponse(
  state: State,
  leader: Leader,
  { from, prevIndex, commitIndex }: InstallSnapshotResponse,
  now: number,
): void {
  const progress = acknowledge(leader, from, 0, now);
  if (progress === null) return;
  const isGap = prevIndex > commitIndex && prevIndex < progress.nextIndex;
  if (progress.mode === "snapshot")
    toldOfSnapshot(progress, commitIndex, isGap, now, state.options.electionTimeoutMs);
  holdsUpTo(state, progress, from, commitIndex);
  noteCatchUp(state, leader, from, now);
  advance(state, leader, now);
}

/** A peer that lacks compacted entries gets entries again once it holds the snapshot's last one. */
function holdsUpTo(state: State, progress: Progress, peer: NodeId, matchIndex: Index): void {
  invariant(matchIndex <= state.lastIndex, `node ${peer} holds more than its leader`);
  if (progress.mode !== "snapshot" || matchIndex >= state.snapshot.index) acceptedUpTo(progress, matchIndex);
  else progress.matchIndex = toIndex(Math.max(progress.matchIndex, matchIndex));
}

/** The logs differ at `prevIndex`, or the peer's is shorter: go back by whole terms (paper §5.3, end). */
export function onRejected(state: State, leader: Leader, message: AppendEntriesRejected, now: number): void {
  const progress = acknowledge(leader, message.from, message.round, now);
  if (progress === null) return;
  if (progress.mode === "snapshot") {
    toldOfSnapshot(progress, message.commitIndex, false, now, state.options.electionTimeoutMs);
    return;
  }
  const afterMatch = progress.matchIndex + 1;
  if (progress.mode === "replicate") {
    if (message.prevIndex > progress.matchIndex) probeFrom(progress, toIndex(afterMatch), false);
    return;
  }
  if (message.prevIndex !== progress.nextIndex - 1) return;
  const hint = toIndex(Math.min(message.hintIndex, message.prevIndex - 1));
  if (Math.max(hint, progress.matchIndex) < state.snapshot.index) {
    beginSnapshot(progress, message.commitIndex, now);
    return;
  }
  const meeting = lastIndexWithTermAtMost(state, hint, message.hintTerm);
  probeFrom(progress, toIndex(Math.max(afterMatch, meeting + 1)), false);
}

/** Any answer of this term, even a rejection, shows that the peer still follows. Null if it was removed meanwhile. */
function acknowledge(leader: Leader, from: NodeId, round: number, now: number): Progress | null {
  const progress = leader.peers.get(from);
  if (progress === undefined) return null;
  progress.ackedAt = now;
  progress.ackedRound = Math.max(progress.ackedRound, round);
  return progress;
}

/** The leader's own log is durable up to `index`. */
export function onOwnLogDurable(state: State, leader: Leader, index: Index, now: number): void {
  if (index > leader.durableIndex) leader.durableIndex = index;
  advance(state, leader, now);
}

/**
 * More entries are durable than before: commits what that allows, and takes the next step of a member change that waits
 * for it.
 */
function advance(state: State, leader: Leader, now: number): void {
  advanceCommit(state, leader);
  advanceMembership(state, leader, now);
}

/** Commits what a majority holds durably. Only entries of its own term are committed by counting (paper §5.4.2). */
function advanceCommit(state: State, leader: Leader): void {
  const held = reachedByMajority(
    state.configuration,
    (id) => leader.peers.get(id)?.matchIndex ?? leader.durableIndex,
  );
  if (held < leader.termStart || held <= state.commitIndex) return;
  state.commitIndex = toIndex(held);
  releaseCommitted(leader.proposals, state.commitIndex);
}
