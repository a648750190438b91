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
} from "./state.ts";
import type { Index, NodeId, Term } from "./types.ts";

/**
 * Asks first whether a majority would vote for this node, in a term that nobody enters yet, so that a node
 * that was cut off deposes nobody when it returns (thesis §9.6).
 */
export function campaign(state: State, now: number): void {
  resetElectionDeadline(state, now);
  if (!canLead(state)) return;
  state.leader = null;
  const votes = new Map([[state.id, true]]);
  state.role = { name: "pre-candidate", votes };
  const { lastIndex, lastTerm } = state;
  ask(state, { type: "PreVote", term: state.currentTerm + 1, lastIndex, lastTerm });
  if (electionResult(state.configuration, votes) === "won") becomeCandidate(state, now, false);
}

/** The leader hands over to this node: no pre-vote, for everybody still hears the leader (thesis §3.10). */
export function onTimeoutNow(state: State, { lastIndex }: TimeoutNow, now: number): void {
  const isTimely = lastIndex === state.lastIndex;
  if (isTimely && state.role.name === "follower" && canLead(state)) becomeCandidate(state, now, true);
}

/** Late or not, it is true for ever. Only a leader is not concerned: it may be busy with its own removal. */
export function onRemoved(state: State, now: number): void {
  if (state.role.name === "leader") return;
  state.isRemoved = true;
  becomeFollower(state, state.currentTerm, null, now);
}

/**
 * Learners never campaign, nor do nodes that know that they are removed. While the removal may still be undone,
 * the node may be the only one with the newest entries of the old configuration: it leads, and does not count
 * itself (thesis §4.2.2). Nor does a node with half of a snapshot: it lacks what is committed, maybe the newest
 * configuration among it.
 */
export function canLead(state: State): boolean {
  const { configuration, configurationIndex, commitIndex, id } = state;
  if (state.isRemoved || hasHalfSnapshot(state)) return false;
  if (isVoter(configuration, id)) return true;
  return configurationIndex > commitIndex && isVoter(configurationBefore(state), id);
}

/** Paper §5.2. Its own vote counts when it is durable: see `onOwnVoteDurable`. */
function becomeCandidate(state: State, now: number, isTransfer: boolean): void {
  enterTerm(state, state.currentTerm + 1, state.id);
  resetElectionDeadline(state, now);
  state.role = { name: "candidate", votes: new Map() };
  const { currentTerm: term, lastIndex, lastTerm } = state;
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

/** A vote goes only to a log at least as new as one's own (paper §5.4.1). */
function isUpToDate(state: State, lastIndex: Index, lastTerm: Term): boolean {
  return lastTerm > state.lastTerm || (lastTerm === state.lastTerm && lastIndex >= state.lastIndex);
}

/** Whether a leader is at work, so that nobody needs another one (thesis §4.2.3). */
export function hasLiveLeader(state: State, now: number): boolean {
  const heardAt = state.role.name === "leader" ? quorumHeardAt(state, state.role, now) : state.leaderHeardAt;
  return state.leader !== null && now - heardAt < state.options.electionTimeoutMs;
}

export function onPreVote(state: State, message: PreVote, now: number): void {
  const granted =
    message.term > state.currentTerm &&
    !hasLiveLeader(state, now) &&
    isUpToDate(state, message.lastIndex, message.lastTerm);
  const term = granted ? message.term : state.currentTerm;
  state.effects.messages.push({ type: "PreVoteResponse", from: state.id, to: message.from, term, granted });
}

export function onPreVoteResponse(state: State, message: PreVoteResponse, now: number): void {
  if (state.role.name !== "pre-candidate") return;
  const sameElection = !message.granted || message.term === state.currentTerm + 1;
  if (!sameElection) return;
  const win = (): void => becomeCandidate(state, now, false);
  count(state, state.role.votes, message.from, message.granted, now, win);
}

/** Of the present term: `Raft.step` has entered it, or refused. */
export function onRequestVote(state: State, message: RequestVote, now: number): void {
  const free = state.votedFor === null ? state.leader === null : state.votedFor === message.from;
  const granted = free && isUpToDate(state, message.lastIndex, message.lastTerm);
  if (granted) {
    if (state.votedFor === null) enterTerm(state, state.currentTerm, message.from);
    resetElectionDeadline(state, now);
  }
  const { id: from, currentTerm: term } = state;
  state.effects.messages.push({ type: "RequestVoteResponse", from, to: message.from, term, granted });
}

export function onRequestVoteResponse(state: State, message: RequestVoteResponse, now: number): void {
  if (state.role.name !== "candidate") return;
  count(state, state.role.votes, message.from, message.granted, now, becomeLeader);
}

/** A candidate's vote for itself is one like the others: it counts once it can't be forgotten. */
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
  if (result === "lost") becomeFollower(state, state.currentTerm, null, now);
}
