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

/** What a log is told at its creation, and keeps. */
export interface Settings {
  /** The media type that all records have, in lower case; null: each its own. */
  readonly contentType: string | null;
  readonly retention: Retention;
  /** Sliding: the log is gone when it was neither read nor written for so long, s; null: it stays. */
  readonly ttlSeconds: number | null;
  /** When it is gone whatever happens, ms since the epoch; null: never. */
  readonly expiresAt: number | null;
}

/** What is kept at least; older records are trimmed. Null: no bound of this sort. */
export interface Retention {
  readonly ageMs: number | null;
  /** Of the records as they are stored. */
  readonly bytes: number | null;
  readonly records: number | null;
}

/** All that is true of a life of a log beside its records: an entry that changes any of it holds all of it. */
export interface LogState extends Settings {
  /** Its first sequence number; of a fork, the first of its own. */
  readonly start: Seq;
  /** No earlier life of the name had a record at or beyond this number. */
  readonly beyond: Seq;
  /** When it was created, ms since the epoch. */
  readonly createdAt: number;
  /** Records before this one are trimmed. */
  readonly earliest: Seq;
  /** Bytes of the batches, of this life, that are trimmed as a whole. */
  readonly trimmedBytes: number;
  /** Sealed for ever. */
  readonly closed: boolean;
  /** The batch that sealed it, where a producer's did. */
  readonly closedBy: ProducerTuple | null;
  /** An append that names another one is refused. */
  readonly fencingToken: string | null;
  /** The last one that a writer gave; the next must be greater. */
  readonly writerSeq: string | null;
  readonly fork: Fork | null;
}

/** Where a fork's records before its own are. */
export interface Fork {
  readonly source: LogId;
  readonly sourceName: string;
  /** As the fork was asked for: a record of the source, and how far beyond it. */
  readonly anchor: Seq;
  readonly subOffset: number;
  /** The source's own sources first, and the source last: each holds the records from where the one before ends. */
  readonly lineage: readonly Ancestor[];
}

export interface Ancestor {
  readonly log: LogId;
  readonly until: Seq;
}

/** What a caller asks for, before the leader has decided anything. */
export type Command =
  | CreateCommand
  | AppendCommand
  | TrimCommand
  | CloseCommand
  | FenceCommand
  | RenewCommand
  | DeleteCommand
  | ConsumerCommand
  | DocumentCommand;

export interface CreateCommand {
  readonly kind: "create";
  readonly name: string;
  readonly settings: Settings;
  /** Sealed as soon as it holds `batch`. */
  readonly closed: boolean;
  /** Its first records; null: none. */
  readonly batch: Batch | null;
  readonly fork: ForkRequest | null;
  /**
   * What a log that is there already means: `keep` leaves it as it is, `set` gives it the retention of
   * `settings`, `match` refuses unless all is as it is asked for.
   */
  readonly existing: "keep" | "set" | "match";
}

/** Of which record on a fork has records of its own. */
export interface ForkRequest {
  readonly sourceName: string;
  /** Null: the source's tail. */
  readonly anchor: number | null;
  readonly subOffset: number;
  /** Where the fork's own records begin; null: at the anchor. */
  readonly at: number | null;
}

export interface Batch {
  /** How many records `records` holds; at least 1. */
  readonly count: number;
  /** As `encodeRecords` gives it. */
  readonly records: Uint8Array;
}

export interface AppendCommand extends Batch {
  readonly kind: "append";
  readonly name: string;
  /** Append only if this is the log's next sequence number. */
  readonly expectedSeq: number | null;
  readonly producer: ProducerTuple | null;
  /** Append only if this is the log's fencing token. */
  readonly fencingToken: string | null;
  /** Append only to a log of this media type. */
  readonly contentType: string | null;
  /** Append only if it is greater than the log's last one, byte by byte. */
  readonly writerSeq: string | null;
  /** Seal the log with this batch. */
  readonly closes: boolean;
}

/** Drops the records before `before`. */
export interface TrimCommand {
  readonly kind: "trim";
  readonly name: string;
  readonly before: number;
}

/** Seals a log for ever. */
export interface CloseCommand {
  readonly kind: "close";
  readonly name: string;
  readonly producer: ProducerTuple | null;
}

/** Sets the fencing token; null takes it away. */
export interface FenceCommand {
  readonly kind: "fence";
  readonly name: string;
  readonly token: string | null;
  /** Only if this is the token in force (null: there is none); undefined: whatever it is. */
  readonly expected?: string | null;
}

/** Deletes the log if its time is over. */
export interface RenewCommand {
  readonly kind: "renew";
  readonly name: string;
  /** Somebody has read it: its time begins anew. */
  readonly touch: boolean;
}

export interface DeleteCommand {
  readonly kind: "delete";
  readonly name: string;
}

/** Reads, moves, leases or releases a durable position. */
export interface ConsumerCommand {
  readonly kind: "consumer";
  readonly name: string;
  readonly consumer: string;
  /** The next record that it wants; null leaves it. */
  readonly position: number | null;
  /** Only if this is its version, 0: there is none yet; null: whatever it is. */
  readonly expectedVersion: number | null;
  /** Who asks; must be the holder while there is a lease. */
  readonly holder: string | null;
  /** Begins or prolongs the lease of `holder`, ms; 0 ends it, null leaves it. */
  readonly leaseMs: number | null;
}

/** Sets a value of a log that is no record; null takes it away. */
export interface DocumentCommand {
  readonly kind: "document";
  readonly name: string;
  readonly key: string;
  readonly value: Uint8Array | null;
  /** Only if this is its version, 0: there is none; null: whatever it is. */
  readonly expectedVersion: number | null;
}

/** What is replicated: a command with all that could differ between nodes decided by the leader. */
export type LogEntry = CreateEntry | AppendEntry | AlterEntry | DeleteEntry | DocumentEntry;

interface EntryBase {
  /** The leader's clock, ms since the epoch; never decreasing within a log. */
  readonly timestamp: number;
  /** The log's tail before this entry. */
  readonly start: Seq;
  /** Bytes of all batches of this life before this entry. */
  readonly bytes: number;
}

/** Opens a life of a log; its id is this entry's Raft index. `start` goes on where an earlier life ended. */
export interface CreateEntry extends EntryBase {
  readonly kind: "create";
  readonly name: string;
  readonly state: LogState;
  readonly batch: Batch | null;
}

export interface AppendEntry extends EntryBase, Batch {
  readonly kind: "append";
  readonly log: LogId;
  readonly producer: ProducerTuple | null;
}

/** Changes what is true of a log, maybe together with an append. */
export interface AlterEntry extends EntryBase {
  readonly kind: "alter";
  /** Whether `earliest` moved. */
  readonly trims: boolean;
  readonly name: string;
  readonly log: LogId;
  readonly state: LogState;
  readonly batch: Batch | null;
  readonly producer: ProducerTuple | null;
}

export interface DeleteEntry extends EntryBase {
  readonly kind: "delete";
  readonly name: string;
  readonly log: LogId;
  /** As it was. */
  readonly state: LogState;
}

export interface DocumentEntry extends EntryBase {
  readonly kind: "document";
  readonly log: LogId;
  readonly key: string;
  /** Null: there is none any more. */
  readonly value: Uint8Array | null;
}

/** One appended batch, as it lies in the log. */
export interface StoredBatch {
  readonly start: Seq;
  readonly count: number;
  readonly timestamp: number;
  /** As `encodeRecords` gave it. */
  readonly records: Uint8Array;
}
