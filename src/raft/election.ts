import { isVoter, votersOf } from "./configuration.ts";
import { becomeLeader, quorumHeardAt } from "./leader.ts";
import type { PreVote, PreVoteResponse, RequestVote, RequestVoteResponse, TimeoutNow } from "./messages.ts";
import { electionResult } from "./quorum.ts";
import {
  becomeFollower,
  configurationBefore,
  enterTerm,
  hasHalfSnapshot,
  resetElectionDeadline,
  type State,
  takeRole,
  voteFor,
} from "./state.ts";
import type { VoteRefusal } from "./trace.ts";
import type { Index, NodeId, Term } from "./types.ts";

/**
 * First asks whether a majority would vote for this node. No node enters the new term yet, so a node that was cut off
 * does not depose the leader when it returns (thesis §9.6).
 */
export function campaign(state: State, now: number): void {
  resetElectionDeadline(state, now);
  if (!canLead(state)) return;
  state.leader = null;
  const votes = new Map([[state.id, true]]);
  takeRole(state, { name: "pre-candidate", votes }, "election-timeout");
  const { lastIndex, lastTerm } = state;
  ask(state, { type: "PreVote", term: state.currentTerm + 1, lastIndex, lastTerm });
  if (electionResult(state.configuration, votes) === "won") becomeCandidate(state, now, "pre-votes-won");
}

/** The leader hands over to this node. No pre-vote, because all nodes still hear the leader (thesis §3.10). */
export function onTimeoutNow(state: State, { lastIndex }: TimeoutNow, now: number): void {
  const isTimely = lastIndex === state.lastIndex;
  if (isTimely && state.role.name === "follower" && canLead(state))
    becomeCandidate(state, now, "leadership-handed-over");
}

/**
 * A removal is final, so a late message is still true. Only a leader ignores it: it may be completing its own removal.
 */
export function onRemoved(state: State, now: number): void {
  if (state.role.name === "leader") return;
  state.isRemoved = true;
  becomeFollower(state, state.currentTerm, null, now, "removed");
}

/**
 * Learners never campaign, and neither do nodes that know of their removal. While a removal is not committed, the node
 * may be the only one with the newest entries of the old configuration: it may lead, and does not count itself (thesis
 * §4.2.2). A node with half of a snapshot does not campaign: it lacks committed entries, maybe even the newest
 * configuration.
 */
export function canLead(state: State): boolean {
  const { configuration, configurationIndex, commitIndex, id } = state;
  if (state.isRemoved || hasHalfSnapshot(state)) return false;
  if (isVoter(configuration, id)) return true;
  return configurationIndex > commitIndex && isVoter(configurationBefore(state), id);
}

/** Paper §5.2. Its own vote counts when it is durable: see `onOwnVoteDurable`. */
function becomeCandidate(state: State, now: number, why: "pre-votes-won" | "leadership-handed-over"): void {
  enterTerm(state, state.currentTerm + 1, state.id, "candidacy");
  resetElectionDeadline(state, now);
  takeRole(state, { name: "candidate", votes: new Map() }, why);
  const { currentTerm: term, lastIndex, lastTerm } = state;
  const isTransfer = why === "leadership-handed-over";
  ask(state, { type: "RequestVote", term, lastIndex, lastTerm, isTransfer });
}

type Known = "from" | "to" | "configurationIndex" | "recoveries";
type Question = Omit<PreVote, Known> | Omit<RequestVote, Known>;

function ask(state: State, question: Question): void {
  const { id: from, configuration, configurationIndex, effects } = state;
  const { recoveries } = configuration;
  for (const to of votersOf(configuration)) {
    if (to !== from) effects.messages.push({ ...question, from, to, configurationIndex, recoveries });
  }
}

/** A vote goes only to a log at least as new as the voter's (paper §5.4.1). */
function isUpToDate(state: State, lastIndex: Index, lastTerm: Term): boolean {
  return lastTerm > state.lastTerm || (lastTerm === state.lastTerm && lastIndex >= state.lastIndex);
}

/** Whether a leader is at work, so that no other leader is needed (thesis §4.2.3). */
export function hasLiveLeader(state: State, now: number): boolean {
  const heardAt = state.role.name === "leader" ? quorumHeardAt(state, state.role, now) : state.leaderHeardAt;
  return state.leader !== null && now - heardAt < state.options.electionTimeoutMs;
}

export function onPreVote(state: State, message: PreVote, now: number): void {
  const refusedFor = preVoteRefusal(state, message, now);
  traceVote(state, message, refusedFor);
  const granted = refusedFor === null;
  const term = granted ? message.term : state.currentTerm;
  state.effects.messages.push({ type: "PreVoteResponse", from: state.id, to: message.from, term, granted });
}

export function onPreVoteResponse(state: State, message: PreVoteResponse, now: number): void {
  if (state.role.name !== "pre-candidate") return;
  const sameElection = !message.granted || message.term === state.currentTerm + 1;
  if (!sameElection) return;
  const win = (): void => becomeCandidate(state, now, "pre-votes-won");
  count(state, state.role.votes, message.from, message.granted, now, win);
}

function preVoteRefusal(state: State, message: PreVote, now: number): VoteRefusal | null {
  if (message.term <= state.currentTerm) return "older-term";
  if (hasLiveLeader(state, now)) return "live-leader";
  return isUpToDate(state, message.lastIndex, message.lastTerm) ? null : "older-log";
}

function voteRefusal(state: State, message: RequestVote): VoteRefusal | null {
  if (state.votedFor !== null && state.votedFor !== message.from) return "voted-for-another";
  if (state.votedFor === null && state.leader !== null) return "has-leader";
  return isUpToDate(state, message.lastIndex, message.lastTerm) ? null : "older-log";
}

/** Traces the answer to a question for a vote. */
export function traceVote(
  { trace }: State,
  { type, from: candidate, term }: PreVote | RequestVote,
  refusedFor: VoteRefusal | null,
): void {
  trace?.({ kind: "vote", candidate, term, isPreVote: type === "PreVote", refusedFor });
}

/**
 * A request of the present term: `receive` has entered that term, or refused. A learner votes too: a candidate asks
 * only the voters of its own configuration, so a learner that is asked was promoted there, and may not know it yet.
 * Without its vote, a quorum of the newest configuration could be unable to elect. Its vote counts only if the
 * candidate's configuration has it as a voter.
 */
export function onRequestVote(state: State, message: RequestVote, now: number): void {
  const refusedFor = voteRefusal(state, message);
  traceVote(state, message, refusedFor);
  const granted = refusedFor === null;
  if (granted) {
    if (state.votedFor === null) voteFor(state, message.from);
    resetElectionDeadline(state, now);
  }
  const { id: from, currentTerm: term } = state;
  state.effects.messages.push({ type: "RequestVoteResponse", from, to: message.from, term, granted });
}

export function onRequestVoteResponse(state: State, message: RequestVoteResponse, now: number): void {
  if (state.role.name !== "candidate") return;
  count(state, state.role.votes, message.from, message.granted, now, becomeLeader);
}

/** A candidate's vote for itself counts only once it is durable, like any other vote. */
export function onOwnVoteDurable(state: State, now: number): void {
  if (state.role.name !== "candidate") return;
  count(state, state.role.votes, state.id, true, now, becomeLeader);
}

function count(
  state: State,
  votes: Map<NodeId, boolean>,
  from: NodeId,
  granted: boolean,
  now: number,
  win: (state: State, now: number) => void,
): void {
  // A vote is never taken back: a refusal after it answers an older question.
  votes.set(from, granted || votes.get(from) === true);
  const result = electionResult(state.configuration, votes);
  if (result === "won") win(state, now);
  if (result === "lost") becomeFollower(state, state.currentTerm, null, now, "election-lost");
}
