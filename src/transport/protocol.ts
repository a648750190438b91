import type { Outcome } from "../log/outcome.ts";
import type { Command, LogId, LogState, Seq, StoredBatch } from "../log/types.ts";
import type { Document } from "../log/view.ts";
import type { Configuration } from "../raft/configuration.ts";
import type { ChangeRefusal, MembersChange } from "../raft/membership.ts";
import type { RecoveryRefusal } from "../raft/recovery.ts";
import type { Index, NodeId } from "../raft/types.ts";

/** A request to a node, from the Worker or from a follower on its behalf. */
export type Request =
  | CommandRequest
  | CommandsRequest
  | ReadIndexRequest
  | TransferRequest
  | MembersRequest
  | RecoverRequest
  | QueryRequest;

/** The leader decides on it. A follower hands it on once. */
export interface CommandRequest<C extends Command = Command> {
  readonly kind: "command";
  readonly command: C;
  /** The member nearest to the client; absent if that is not known. */
  readonly near?: NodeId;
}

/**
 * Commands that the leader decides one after the other, with no other command in between. Each sees the writes of those
 * before it.
 */
export interface CommandsRequest<C extends Command = Command> {
  readonly kind: "commands";
  /** At least one. */
  readonly commands: readonly C[];
  readonly near?: NodeId;
}

/** Asks the leader for an index that covers all that was acknowledged before (thesis §6.4). */
export interface ReadIndexRequest {
  readonly kind: "read-index";
}

/** Asks the leader to hand over to a peer. Asking twice has the same effect as asking once. */
export interface TransferRequest {
  readonly kind: "transfer";
  readonly to: NodeId;
}

/** Asks the leader to change the members. */
export interface MembersRequest {
  readonly kind: "members";
  readonly change: MembersChange;
}

/** Makes the receiving node the only voter, after the loss of a quorum. */
export interface RecoverRequest {
  readonly kind: "recover";
  /** All other members, which are given up. */
  readonly lost: readonly NodeId[];
}

/** Any node answers it from its own rows. */
export interface QueryRequest<Q extends Query = Query> {
  readonly kind: "query";
  readonly query: Q;
  /** `linearizable`: what was acknowledged before the request is seen; `local`: this replica's committed entries. */
  readonly consistency: "linearizable" | "local";
  /** Wait until this much is committed here: 0 for none. */
  readonly minIndex: Index;
}

export type Query = PageQuery | DescribeQuery | EndsQuery | NamesQuery | DocumentsQuery;

export interface PageQuery {
  readonly kind: "page";
  readonly name: string;
  readonly from: PageStart;
  /** No records at or after this one; null: up to the tail. */
  readonly until: number | null;
  readonly recordsMax: number;
  /** Encoded bytes. A page always holds at least one batch, if there is one. */
  readonly bytesMax: number;
  /** If there is nothing yet, wait this long, ms; 0 answers at once. */
  readonly waitMs: number;
}

/**
 * Where to begin: at a sequence number; at the earliest record or at the tail; at the last `count` records; or at the
 * first record that was appended at this time or later, ms since the epoch.
 */
export type PageStart =
  | { readonly at: "seq"; readonly seq: number }
  | { readonly at: "earliest" | "tail" }
  | { readonly at: "last"; readonly count: number }
  | { readonly at: "time"; readonly timestamp: number };

export interface DescribeQuery {
  readonly kind: "describe";
  readonly name: string;
}

/** Where many logs begin and end. */
export interface EndsQuery {
  readonly kind: "ends";
  readonly names: readonly string[];
}

export interface NamesQuery {
  readonly kind: "names";
  readonly prefix: string;
  readonly after: string | null;
  readonly limit: number;
}

/** The values of a log that are not records, in the order of their keys. */
export interface DocumentsQuery {
  readonly kind: "documents";
  readonly name: string;
  readonly prefix: string;
  readonly after: string | null;
  readonly limit: number;
}

export type Answer =
  | OutcomeAnswer
  | OutcomesAnswer
  | ReadIndexAnswer
  | TransferAnswer
  | MembersAnswer
  | MembersRefused
  | RecoverRefused
  | QueryAnswer
  | Failure;

export interface OutcomeAnswer<O extends Outcome = Outcome> {
  readonly kind: "outcome";
  readonly outcome: O;
}

/** The answers to the commands, in their order. */
export interface OutcomesAnswer<O extends Outcome = Outcome> {
  readonly kind: "outcomes";
  readonly answers: readonly (OutcomeAnswer<O> | Failure)[];
}

export interface ReadIndexAnswer {
  readonly kind: "read-index";
  readonly index: Index;
}

/** The leader has begun to hand over, or is the target itself. The status shows the result. */
export interface TransferAnswer {
  readonly kind: "transferring";
}

/** The first step of a change is committed, and the others follow by themselves. Or a forced recovery is committed. */
export interface MembersAnswer {
  readonly kind: "members";
  readonly configuration: Configuration;
  /** The index to expect in the next change. */
  readonly configurationIndex: Index;
}

/** The change is refused. Nothing was written. */
export interface MembersRefused {
  readonly kind: "members-refused";
  readonly reason: ChangeRefusal;
  /** The configuration in force, which is committed. */
  readonly configuration: Configuration;
  readonly configurationIndex: Index;
}

/** The node did not make itself the only voter. Nothing was written. */
export interface RecoverRefused {
  readonly kind: "recover-refused";
  readonly reason: RecoveryRefusal;
  /** The configuration in force at this node. */
  readonly configuration: Configuration;
  readonly configurationIndex: Index;
}

/** A query's result, and the committed index as of which it is true. */
export interface QueryAnswer<R extends QueryResult = QueryResult> {
  readonly kind: "result";
  readonly result: R;
  readonly index: Index;
}

export type QueryResult = Page | Description | Ends | Names | Documents | NoLog;

/** `log-gone`: deleted, but forks still need it. */
export interface NoLog {
  readonly kind: "log-not-found" | "log-gone";
}

export interface Page {
  readonly kind: "page";
  readonly log: LogId;
  /** The first record of the page. The first batch may begin before it. */
  readonly from: Seq;
  /** Where the next page begins. Records of the last batch at or after it are not part of this page. */
  readonly next: Seq;
  readonly tail: Seq;
  readonly earliest: Seq;
  /** True when the page reaches the tail, or `until`; false when a limit cut it. */
  readonly complete: boolean;
  readonly batches: readonly StoredBatch[];
  readonly state: LogState;
  /** Timestamp of the log's last entry, ms since the epoch. */
  readonly timestamp: number;
}

export interface Description {
  readonly kind: "description";
  readonly name: string;
  readonly log: LogId;
  readonly tail: Seq;
  /** Bytes of the batches that are not trimmed, without those of a fork's source. */
  readonly bytes: number;
  readonly state: LogState;
  /** Timestamp of the log's last entry, ms since the epoch. */
  readonly timestamp: number;
}

/** In the order of the request. Logs that do not exist are left out. */
export interface Ends {
  readonly kind: "ends";
  readonly ends: readonly LogEnds[];
}

export interface LogEnds {
  readonly name: string;
  /** The life of the log. */
  readonly log: LogId;
  /** Where this life began. */
  readonly start: Seq;
  readonly earliest: Seq;
  readonly tail: Seq;
}

export interface Documents {
  readonly kind: "documents";
  readonly log: LogId;
  readonly documents: readonly Document[];
}

export interface Names {
  readonly kind: "names";
  readonly names: readonly string[];
}

/** The request failed. All but `outcome-unknown` mean that nothing happened. */
export interface Failure {
  readonly kind: "failure";
  readonly reason: FailureReason;
  /** The leader, as far as this node knows. */
  readonly leader: NodeId | null;
}

export const isFailure = (answer: Answer): answer is Failure => answer.kind === "failure";

export type FailureReason =
  /** This node does not lead, and knows no leader or could not reach it. */
  | "not-leader"
  /** An entry of another leader has replaced the proposal. */
  | "superseded"
  /** Too many bytes are proposed and not yet committed. */
  | "busy"
  /** This node has too many requests under way. */
  | "too-many-requests"
  /** Too many reads wait at this node, or at the leader that it asked. */
  | "too-many-readers"
  /** A read was not confirmed in time, or `minIndex` was not reached in time. */
  | "timeout"
  /** This node's copy of the records is damaged. Another node's copy may be intact. */
  | "unreadable"
  /** The proposal may be committed, now or later. */
  | "outcome-unknown"
  /** The node is not a member, so it can't become the leader. */
  | "no-such-peer"
  /** This node belongs to no cluster. */
  | "no-such-cluster";

/** The members to ask: all that elect and commit, in either half of a joint configuration. */
export interface Members {
  readonly members: readonly { readonly id: NodeId; readonly region: string }[];
  /** The index of their configuration. The newest configuration counts. */
  readonly configurationIndex: Index;
  /** See `compareMarks`. */
  readonly recoveries: number;
}

/** An answer, and the members if they are newer than those that the caller knows. */
export interface Reply<A extends Answer = Answer> {
  readonly answer: A;
  readonly members: Members | null;
}
