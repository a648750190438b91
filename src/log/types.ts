import type { Index } from "../raft/types.ts";

declare const seqBrand: unique symbol;

/** The sequence number of a record in its log: dense, from 0. Never a Raft index. */
export type Seq = number & { readonly [seqBrand]: true };

/** Names `value` as a sequence number. */
export const toSeq = (value: number): Seq => value as Seq;

/** One life of a named log: the Raft index of the entry that created it. */
export type LogId = Index;

/** Exactly-once appends: `seq` counts a producer's batches from 0 within an epoch. */
export interface ProducerTuple {
  readonly id: string;
  readonly epoch: number;
  readonly seq: number;
}

/** What a caller asks for, before the leader has decided anything. */
export type Command = CreateCommand | AppendCommand | DeleteCommand;

export interface CreateCommand {
  readonly kind: "create";
  readonly name: string;
}

export interface AppendCommand {
  readonly kind: "append";
  readonly name: string;
  /** How many records `records` holds; at least 1. */
  readonly count: number;
  /** The batch, as `encodeRecords` gives it. */
  readonly records: Uint8Array;
  /** Append only if this is the log's next sequence number. */
  readonly expectedSeq: number | null;
  readonly producer: ProducerTuple | null;
}

export interface DeleteCommand {
  readonly kind: "delete";
  readonly name: string;
}

/** What is replicated: a command with all that could differ between nodes decided by the leader. */
export type LogEntry = CreateEntry | AppendEntry | DeleteEntry;

/** Opens a life of a log; its id is this entry's Raft index. `start` goes on where an earlier life ended. */
export interface CreateEntry {
  readonly kind: "create";
  readonly name: string;
  readonly start: Seq;
  /** The leader's clock, ms since the epoch; never decreasing within a log. */
  readonly timestamp: number;
}

export interface AppendEntry {
  readonly kind: "append";
  readonly log: LogId;
  readonly start: Seq;
  readonly count: number;
  readonly timestamp: number;
  readonly producer: ProducerTuple | null;
  readonly records: Uint8Array;
}

export interface DeleteEntry {
  readonly kind: "delete";
  readonly name: string;
  readonly log: LogId;
  /** The log's tail when it was deleted. */
  readonly tail: Seq;
  readonly timestamp: number;
}

/** What came of a command. Positions are record sequence numbers; `end` and `tail` are exclusive. */
export type Outcome = Created | Appended | Deleted | Refused;

export interface Created {
  readonly kind: "created";
  /** Whether this command made the log; false where it was there already. */
  readonly fresh: boolean;
  readonly tail: Seq;
}

export interface Appended {
  readonly kind: "appended";
  readonly start: Seq;
  readonly end: Seq;
  /** The next sequence number right after this append. */
  readonly tail: Seq;
  readonly timestamp: number;
  /** The Raft index and term of the entry. */
  readonly index: Index;
  readonly term: number;
  /** A retry: these are the positions of the first time. */
  readonly duplicate: boolean;
}

export interface Deleted {
  readonly kind: "deleted";
}

/** The log's state forbade it; nothing was written, and it is the state of the log that is committed. */
export interface Refused {
  readonly kind: "refused";
  readonly refusal: Refusal;
}

export type Refusal =
  | { readonly reason: "log-not-found" }
  /** `expectedSeq` was not the tail. */
  | { readonly reason: "sequence-mismatch"; readonly expectedSeq: number; readonly tail: Seq }
  /** A newer incarnation of the producer has appended. */
  | { readonly reason: "stale-producer-epoch"; readonly epoch: number }
  /** Batches between are missing; a new epoch begins at 0. */
  | { readonly reason: "producer-sequence-gap"; readonly expectedSeq: number; readonly receivedSeq: number }
  | { readonly reason: "batch-too-large"; readonly bytes: number; readonly bytesMax: number };

/** One appended batch, as it lies in the log. */
export interface StoredBatch {
  readonly start: Seq;
  readonly count: number;
  readonly timestamp: number;
  /** As `encodeRecords` gave it. */
  readonly records: Uint8Array;
}
