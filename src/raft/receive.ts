import { onAccepted, onInstallSnapshotResponse, onRejected } from "./answers.ts";
import {
  hasLiveLeader,
  onPreVote,
  onPreVoteResponse,
  onRemoved,
  onRequestVote,
  onRequestVoteResponse,
  onTimeoutNow,
  traceVote,
} from "./election.ts";
import { onAppendEntries } from "./follower.ts";
import { onInstallSnapshot } from "./install-snapshot.ts";
import { invariant } from "./invariant.ts";
import type { Message, Removed } from "./messages.ts";
import { disturbs, wake } from "./quiesce.ts";
import { becomeFollower, resetElectionDeadline, type State } from "./state.ts";
import { toIndex } from "./types.ts";

type OfTerm = Exclude<Message, Removed>;

/**
 * Handles a sound message of a node that is heard. By its term it raises this node's term, is refused, or goes to its
 * handler.
 */
export function receive(state: State, message: Message, now: number): void {
  if (message.type === "Removed") {
    onRemoved(state, now);
    return;
  }
  if (state.quiesce !== null && disturbs(state.quiesce, message)) wake(state, now);
  if (message.term > state.currentTerm && !meetNewerTerm(state, message, now)) return;
  if (message.term < state.currentTerm) answerStale(state, message);
  else dispatch(state, message, now);
}

/** Enters a newer term if the message proves one. False: the message must be ignored. */
function meetNewerTerm(state: State, message: OfTerm, now: number): boolean {
  const isOfFuture = message.type === "PreVote" || (message.type === "PreVoteResponse" && message.granted);
  if (isOfFuture) return true;
  if (message.type === "RequestVote" && !message.isTransfer && hasLiveLeader(state, now)) {
    traceVote(state, message, "live-leader");
    return false;
  }
  becomeFollower(state, message.term, null, now, "newer-term-seen");
  return true;
}

/** A request of an older term changes nothing, and its sender learns the newer term. Old answers are dropped. */
function answerStale(state: State, message: OfTerm): void {
  const { id: from, currentTerm: term, effects } = state;
  const to = message.from;
  if (message.type === "PreVote" || message.type === "RequestVote") traceVote(state, message, "older-term");
  if (message.type === "PreVote") {
    effects.messages.push({ type: "PreVoteResponse", from, to, term, granted: false });
  } else if (message.type === "RequestVote") {
    effects.messages.push({ type: "RequestVoteResponse", from, to, term, granted: false });
  } else if (message.type === "AppendEntries" || message.type === "InstallSnapshot") {
    // Its round and index belong to the older term. Its sender may lead this term by now, and ask again.
    const none = {
      round: 0,
      prevIndex: toIndex(0),
      hintIndex: toIndex(0),
      hintTerm: 0,
      commitIndex: toIndex(0),
    };
    effects.messages.push({ type: "AppendEntriesRejected", from, to, term, ...none });
  }
}

/** Passes a message of the present term, or a pre-vote question about a later one, to its handler. */
function dispatch(state: State, message: OfTerm, now: number): void {
  switch (message.type) {
    case "PreVote":
      onPreVote(state, message, now);
      break;
    case "PreVoteResponse":
      onPreVoteResponse(state, message, now);
      break;
    case "RequestVote":
      onRequestVote(state, message, now);
      break;
    case "RequestVoteResponse":
      onRequestVoteResponse(state, message, now);
      break;
    case "TimeoutNow":
      onTimeoutNow(state, message, now);
      break;
    case "AppendEntries":
      followSender(state, message, now);
      onAppendEntries(state, message);
      break;
    case "InstallSnapshot":
      followSender(state, message, now);
      onInstallSnapshot(state, message);
      break;
    default:
      dispatchToLeader(state, message, now);
  }
}

/** Only the leader of the present term sends this, so the leader was heard, whatever the message contains. */
function followSender(state: State, { from }: Message, now: number): void {
  invariant(state.role.name !== "leader", `two leaders in term ${state.currentTerm}`);
  becomeFollower(state, state.currentTerm, from, now, "leader-heard");
  state.leaderHeardAt = now;
  resetElectionDeadline(state, now);
}

type AnswerToLeader = Extract<
  Message,
  { readonly type: "AppendEntriesAccepted" | "AppendEntriesRejected" | "InstallSnapshotResponse" }
>;

/** A node that does not lead any more ignores answers of followers. */
function dispatchToLeader(state: State, message: AnswerToLeader, now: number): void {
  const { role } = state;
  if (role.name !== "leader") return;
  switch (message.type) {
    case "AppendEntriesAccepted":
      onAccepted(state, role, message, now);
      break;
    case "AppendEntriesRejected":
      onRejected(state, role, message, now);
      break;
    case "InstallSnapshotResponse":
      onInstallSnapshotResponse(state, role, message, now);
      break;
  }
}
