import type { Entry, Index, NodeId, Term } from "./types.ts";

/**
 * The messages between nodes. All are one-way: an answer is a message of its own, so that loss, doubling and reordering
 * are ordinary.
 */
interface Envelope {
  readonly from: NodeId;
  readonly to: NodeId;
  /** The sender's current term; in a PreVote, and in its grant, the term that the sender would campaign in. */
  readonly term: Term;
}

/** The part that all requests share. */
interface Question extends Envelope {
  /**
   * The index of the configuration that the sender acts by. A node that does not know the sender may have an older one.
   */
  readonly configurationIndex: Index;
  /** The recoveries of that configuration: see `compareMarks`. */
  readonly recoveries: number;
}

/** "Would you vote for me?" Raises no term (thesis §9.6). */
export interface PreVote extends Question {
  readonly type: "PreVote";
  readonly lastIndex: Index;
  readonly lastTerm: Term;
}

export interface PreVoteResponse extends Envelope {
  readonly type: "PreVoteResponse";
  readonly granted: boolean;
}

/** Paper §5.2 and figure 2. */
export interface RequestVote extends Question {
  readonly type: "RequestVote";
  readonly lastIndex: Index;
  readonly lastTerm: Term;
  /** The leader asked for this election, so followers vote although they still hear the leader. */
  readonly isTransfer: boolean;
}

export interface RequestVoteResponse extends Envelope {
  readonly type: "RequestVoteResponse";
  readonly granted: boolean;
}

/** Paper §5.3 and figure 2; a heartbeat is one without entries. */
export interface AppendEntries extends Question {
  readonly type: "AppendEntries";
  readonly prevIndex: Index;
  readonly prevTerm: Term;
  readonly entries: readonly Entry[];
  /** The leader's commit index. */
  readonly commitIndex: Index;
  /** The leader's latest read round (thesis §6.4), echoed by the answer. Unique within the term. */
  readonly round: number;
  /** The cluster is idle and all up to `prevIndex` is committed: a node that holds exactly that may sleep. */
  readonly quiesce: boolean;
}

export interface AppendEntriesAccepted extends Envelope {
  readonly type: "AppendEntriesAccepted";
  readonly round: number;
  /** The last index that the request proved to match: its `prevIndex` plus its entries. */
  readonly matchIndex: Index;
  /** The follower sleeps. It starts no election until something wakes it. */
  readonly quiesced: boolean;
}

export interface AppendEntriesRejected extends Envelope {
  readonly type: "AppendEntriesRejected";
  readonly round: number;
  /** The `prevIndex` that did not match. */
  readonly prevIndex: Index;
  /** The follower's last entry that may match: its term is not above the request's `prevTerm`. */
  readonly hintIndex: Index;
  readonly hintTerm: Term;
  /** The follower's commit index: a snapshot, if it needs one, begins there. */
  readonly commitIndex: Index;
}

/**
 * A segment of the sender's snapshot (paper figure 13, but cut by rows): the rows that are left between two committed
 * indexes.
 */
export interface InstallSnapshot extends Question {
  readonly type: "InstallSnapshot";
  /** Where the segment before this one ended. */
  readonly prevIndex: Index;
  /** Where this one ends, and the term of that entry. The entry itself may be left out. */
  readonly lastIndex: Index;
  readonly lastTerm: Term;
  /** Rows that were dead as of this index may be left out. At or after `lastIndex`. */
  readonly snapshotIndex: Index;
  readonly entries: readonly Entry[];
  /** CRC-32C over all of it, see `segmentChecksum`. */
  readonly checksum: number;
}

/** The answer to every segment. It was refused if it begins after the commit index. */
export interface InstallSnapshotResponse extends Envelope {
  readonly type: "InstallSnapshotResponse";
  /** The segment's. */
  readonly prevIndex: Index;
  /** The follower's commit index afterwards: it holds the leader's log up to here. */
  readonly commitIndex: Index;
}

/** From a leader to its successor: campaign now (thesis §3.10). */
export interface TimeoutNow extends Envelope {
  readonly type: "TimeoutNow";
  /** Where both logs ended when it was sent. A late one, when there is more, is ignored. */
  readonly lastIndex: Index;
}

/**
 * Tells a removed node that asks for votes to stop, from a node that knows the removal as committed. That is final,
 * because numbers are not used twice. Its `term` is 0: a removed node must not learn a term.
 */
export interface Removed extends Envelope {
  readonly type: "Removed";
}

export type Message =
  | PreVote
  | PreVoteResponse
  | RequestVote
  | RequestVoteResponse
  | AppendEntries
  | AppendEntriesAccepted
  | AppendEntriesRejected
  | TimeoutNow
  | Removed
  | InstallSnapshot
  | InstallSnapshotResponse;
