import { isJoint } from "./configuration.ts";
import { invariant } from "./invariant.ts";
import { resumeLeader } from "./leader.ts";
import type { Message } from "./messages.ts";
import { type Leader, resetElectionDeadline, type State } from "./state.ts";
import type { QuiesceMark } from "./types.ts";

/** Whether nothing is under way and all nodes hold the whole log, so all of it is committed. */
function isSettled({ lastIndex, configuration }: State, leader: Leader): boolean {
  const isChanging = isJoint(configuration) || configuration.learners.length > 0;
  const isBusy = isChanging || leader.transfer !== null || leader.reads.waiting.length > 0;
  if (isBusy || leader.durableIndex !== lastIndex) return false;
  return Array.from(leader.peers.values()).every(
    ({ mode, matchIndex }) => mode === "replicate" && matchIndex === lastIndex,
  );
}

/** A peer that does not answer keeps all awake: if the leader dies too, the others must notice. */
function mayQuiesce(state: State, leader: Leader, now: number): boolean {
  const { sleepAfterMs, electionTimeoutMs } = state.options;
  if (sleepAfterMs === 0 || now < leader.idleSince + sleepAfterMs || !isSettled(state, leader)) return false;
  return Array.from(leader.peers.values()).every(({ ackedAt }) => now - ackedAt < electionTimeoutMs);
}

/** When a leader without peers, which has no heartbeats to send, must check whether it may sleep. Null: never. */
export function quiescesAt(state: State, leader: Leader): number | null {
  const { sleepAfterMs } = state.options;
  return sleepAfterMs > 0 && isSettled(state, leader) ? leader.idleSince + sleepAfterMs : null;
}

/**
 * Lets an idle cluster sleep: heartbeats put the followers to sleep, and once all have answered that they sleep, the
 * leader sleeps too. This is a round of its own, so that answers to an earlier round don't count.
 */
export function quiesce(state: State, leader: Leader, now: number): void {
  if (!mayQuiesce(state, leader, now)) {
    if (leader.quiesceRound !== null) keepAwake(leader, now);
    return;
  }
  if (leader.quiesceRound === null) {
    leader.reads.round += 1;
    leader.quiesceRound = leader.reads.round;
  }
  const round = leader.quiesceRound;
  const { currentTerm: term, id, lastIndex: index } = state;
  const quiesced = Array.from(leader.peers.values()).every(({ quiescedRound }) => quiescedRound >= round);
  if (quiesced) becomeQuiesced(state, { term, leader: id, index, round });
}

/**
 * There is work, or not all fell asleep: the idle time starts again, and heartbeats wake the nodes that sleep already.
 */
export function keepAwake(leader: Leader, now: number): void {
  leader.idleSince = now;
  if (leader.quiesceRound === null) return;
  leader.quiesceRound = null;
  for (const progress of leader.peers.values()) progress.sentAt = Number.NEGATIVE_INFINITY;
}

export function becomeQuiesced(state: State, mark: QuiesceMark): void {
  if (state.quiesce !== null) return;
  invariant(state.commitIndex === mark.index, `not all up to ${mark.index} is committed`);
  state.quiesce = mark;
  state.effects.quiesceChanged = true;
}

/** Resumes after a restart by a mark of the present term and of the whole log. Any other mark is out of date. */
export function resumeQuiesced(state: State, mark: QuiesceMark, now: number): void {
  if (mark.term !== state.currentTerm || mark.index !== state.lastIndex) return;
  state.quiesce = mark;
  state.commitIndex = mark.index;
  state.leader = mark.leader;
  if (mark.leader === state.id) resumeLeader(state, mark, now);
}

/**
 * A leader restarts the time limits of all peers, because it heard none while it slept. A follower waits for its
 * leader.
 */
export function wake(state: State, now: number): void {
  if (state.quiesce === null) return;
  state.quiesce = null;
  state.effects.quiesceChanged = true;
  state.listensSince = now;
  const { role } = state;
  if (role.name !== "leader") {
    resetElectionDeadline(state, now);
    return;
  }
  keepAwake(role, now);
  for (const progress of role.peers.values()) progress.ackedAt = now;
}

/**
 * Whether a message shows that another node is awake, so that this one must wake too. Late messages and answers don't.
 */
export function disturbs(mark: QuiesceMark, message: Message): boolean {
  if (message.term !== mark.term) return message.term > mark.term;
  switch (message.type) {
    case "AppendEntries":
      return !message.quiesce && message.round >= mark.round;
    case "PreVote":
    case "RequestVote":
    case "TimeoutNow":
      return true;
    case "AppendEntriesAccepted":
    case "AppendEntriesRejected":
    case "InstallSnapshot":
    case "InstallSnapshotResponse":
    case "Removed":
    case "PreVoteResponse":
    case "RequestVoteResponse":
      return false;
  }
}
