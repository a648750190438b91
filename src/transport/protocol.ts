import type { Outcome } from "../log/outcome.ts";
import type { Command, LogId, LogState, Seq, StoredBatch } from "../log/types.ts";
import type { Document } from "../log/view.ts";
import type { Configuration } from "../raft/configuration.ts";
import type { ChangeRefusal, MembersChange } from "../raft/membership.ts";
import type { RecoveryRefusal } from "../raft/recovery.ts";
import type { Index, NodeId } from "../raft/types.ts";

/** What the Worker, or a follower on its behalf, asks of a node. */
export type Request =
  | CommandRequest
  | CommandsRequest
  | ReadIndexRequest
  | TransferRequest
  | MembersRequest
  | RecoverRequest
  | QueryRequest;

/** Decided by the leader; a follower hands it on, once. */
export interface CommandRequest<C extends Command = Command> {
  readonly kind: "command";
  readonly command: C;
  /** The member nearest to where it came from; absent where that is not known. */
  readonly near?: NodeId;
}

/** Commands that the leader decides one after another, with nothing in between, each on what those before it wrote. */
export interface CommandsRequest<C extends Command = Command> {
  readonly kind: "commands";
  /** One at least. */
  readonly commands: readonly C[];
  readonly near?: NodeId;
}

/** Asks the leader for an index that covers all that was acknowledged before (thesis §6.4). */
export interface ReadIndexRequest {
  readonly kind: "read-index";
}

/** Asks the leader to hand over to a peer; done twice it is done once. */
export interface TransferRequest {
  readonly kind: "transfer";
  readonly to: NodeId;
}

/** Asks the leader to change who takes part. */
export interface MembersRequest {
  readonly kind: "members";
  readonly change: MembersChange;
}

/** Makes the node that is asked the only voter, after the loss of a quorum. */
export interface RecoverRequest {
  readonly kind: "recover";
  /** All other members, which are given up. */
  readonly lost: readonly NodeId[];
}

/** Answered by any node from its own rows. */
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
  /** Encoded bytes; a page always holds one batch where there is one. */
  readonly bytesMax: number;
  /** If nothing is there yet, wait this long for it, ms; 0 answers at once. */
  readonly waitMs: number;
}

/**
 * Where to begin: a sequence number; the first, or the next, one; the last `count` records; or the first that was
 * appended at this time or later, ms since the epoch.
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

/** The values of a log that are no records, in the order of their keys. */
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

/** What came of each of the commands, in their order. */
export interface OutcomesAnswer<O extends Outcome = Outcome> {
  readonly kind: "outcomes";
  readonly answers: readonly (OutcomeAnswer<O> | Failure)[];
}

export interface ReadIndexAnswer {
  readonly kind: "read-index";
  readonly index: Index;
}

/** The leader has begun to hand over, or is the target itself. What comes of it shows in who leads. */
export interface TransferAnswer {
  readonly kind: "transferring";
}

/** The first step of a change is committed, and the others follow by themselves; or a forced recovery is. */
export interface MembersAnswer {
  readonly kind: "members";
  readonly configuration: Configuration;
  /** To be expected by the next change. */
  readonly configurationIndex: Index;
}

/** The change is not possible; nothing was written. */
export interface MembersRefused {
  readonly kind: "members-refused";
  readonly reason: ChangeRefusal;
  /** In force, and committed. */
  readonly configuration: Configuration;
  readonly configurationIndex: Index;
}

/** The node did not make itself the only voter; nothing was written. */
export interface RecoverRefused {
  readonly kind: "recover-refused";
  readonly reason: RecoveryRefusal;
  /** In force at this node. */
  readonly configuration: Configuration;
  readonly configurationIndex: Index;
}

/** A query's result, and the committed index that it is true of. */
export interface QueryAnswer<R extends QueryResult = QueryResult> {
  readonly kind: "result";
  readonly result: R;
  readonly index: Index;
}

export type QueryResult = Page | Description | Ends | Names | Documents | NoLog;

/** `log-gone`: deleted, and held by forks. */
export interface NoLog {
  readonly kind: "log-not-found" | "log-gone";
}

export interface Page {
  readonly kind: "page";
  readonly log: LogId;
  /** The first record asked for; the first batch may begin before it. */
  readonly from: Seq;
  /** Where to read on. Batches may hold records at or after it, to be left out. */
  readonly next: Seq;
  readonly tail: Seq;
  readonly earliest: Seq;
  /** True when the page reaches the tail, or `until`; false when a limit cut it. */
  readonly complete: boolean;
  readonly batches: readonly StoredBatch[];
  readonly state: LogState;
  /** Of the log's last entry, ms since the epoch. */
  readonly timestamp: number;
}

export interface Description {
  readonly kind: "description";
  readonly name: string;
  readonly log: LogId;
  readonly tail: Seq;
  /** Bytes of the records that are not trimmed, in whole batches; those of a fork's source not counted. */
  readonly bytes: number;
  readonly state: LogState;
  /** Of the log's last entry, ms since the epoch. */
  readonly timestamp: number;
}

/** In the order that was asked for; logs that are not there are left out. */
export interface Ends {
  readonly kind: "ends";
  readonly ends: readonly LogEnds[];
}

export interface LogEnds {
  readonly name: string;
  /** Which life of it this is. */
  readonly log: LogId;
  /** Where this life of it began. */
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
  /** Who leads, as far as this node knows. */
  readonly leader: NodeId | null;
}

export const isFailure = (answer: Answer): answer is Failure => answer.kind === "failure";

export type FailureReason =
  /** This node does not lead and knows of no leader that does, or could not reach it. */
  | "not-leader"
  /** Another leader's entry took the proposal's place. */
  | "superseded"
  /** Too much is proposed and not yet committed. */
  | "busy"
  /** This node has as many requests under way as it takes. */
  | "too-many-requests"
  /** As many reads wait at this node, or at the leader that it asked, as it takes. */
  | "too-many-readers"
  /** A read that could not be confirmed, or a wait for `minIndex` that was not met, in time. */
  | "timeout"
  /** This node's copy of what was asked for is damaged; another's may be whole. */
  | "unreadable"
  /** The proposal may be committed, now or later. */
  | "outcome-unknown"
  /** Leadership can't go to a node that is no member. */
  | "no-such-peer"
  /** This node belongs to no cluster. */
  | "no-such-cluster";

/** The members that are to be asked: all that elect and commit, in either half of a joint configuration. */
export interface Members {
  readonly members: readonly { readonly id: NodeId; readonly region: string }[];
  /** Of the configuration that they are of, as `recoveries`; the newest counts. */
  readonly configurationIndex: Index;
  /** See `compareMarks`. */
  readonly recoveries: number;
}

/** An answer, and the members where they are newer than those that the caller knows. */
export interface Reply<A extends Answer = Answer> {
  readonly answer: A;
  readonly members: Members | null;
}
