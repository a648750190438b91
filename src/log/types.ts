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

/** Settings of a log, fixed at its creation. */
export interface Settings {
  /** The media type of all records, in lower case; null: none. */
  readonly contentType: string | null;
  readonly retention: Retention;
  /** Sliding: the log is deleted when it was neither read nor written for this long, s; null: never. */
  readonly ttlSeconds: number | null;
  /** When it is deleted in any case, ms since the epoch; null: never. */
  readonly expiresAt: number | null;
}

/** How much is kept at least. Older records are trimmed. Null: no such bound. */
export interface Retention {
  readonly ageMs: number | null;
  /** Size of the records as they are stored. */
  readonly bytes: number | null;
  readonly records: number | null;
}

/** The state of a life of a log, without its records. An entry that changes any of it holds all of it. */
export interface LogState extends Settings {
  /** Its first sequence number; for a fork, that of its own first record. */
  readonly start: Seq;
  /** No earlier life of the name had a record at or beyond this number. */
  readonly beyond: Seq;
  /** When it was created, ms since the epoch. */
  readonly createdAt: number;
  /** Records before this one are trimmed. */
  readonly earliest: Seq;
  /** Bytes of the batches of this life that are wholly trimmed. */
  readonly trimmedBytes: number;
  /** Sealed for ever. */
  readonly closed: boolean;
  /** The producer's batch that sealed it; null if none did. */
  readonly closedBy: ProducerTuple | null;
  /** An append with another token is refused. */
  readonly fencingToken: string | null;
  /** The last sequence that a writer gave. The next must be greater. */
  readonly writerSeq: string | null;
  readonly fork: Fork | null;
}

/** Where the records of a fork that precede its own are. */
export interface Fork {
  readonly source: LogId;
  readonly sourceName: string;
  /** As in the request: a record of the source, and how far beyond it. */
  readonly anchor: Seq;
  readonly subOffset: number;
  /** The source's own sources first, the source last. Each holds the records from where the one before ends. */
  readonly lineage: readonly Ancestor[];
}

export interface Ancestor {
  readonly log: LogId;
  readonly until: Seq;
}

/** A caller's request, before the leader has decided anything. */
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
   * If the log exists already: `keep` leaves it as it is, `set` gives it the retention of `settings`, `match` refuses
   * unless its settings are those of the request.
   */
  readonly existing: "keep" | "set" | "match";
}

/** The record from which on a fork has records of its own. */
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

/** Sets the fencing token; null removes it. */
export interface FenceCommand {
  readonly kind: "fence";
  readonly name: string;
  readonly token: string | null;
  /** Only if this is the token in force (null: there is none); undefined: any. */
  readonly expected?: string | null;
}

/** Deletes the log if its time is over. */
export interface RenewCommand {
  readonly kind: "renew";
  readonly name: string;
  /** It was read: its time to live begins again. */
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
  /** The next record that it wants; null: unchanged. */
  readonly position: number | null;
  /** Only if this is its version; 0: only if there is none yet; null: any. */
  readonly expectedVersion: number | null;
  /** The caller. It must be the holder while there is a lease. */
  readonly holder: string | null;
  /** Begins or prolongs the lease of `holder`, ms; 0 ends it; null: unchanged. */
  readonly leaseMs: number | null;
}

/** Sets a value of a log that is not a record; null removes it. */
export interface DocumentCommand {
  readonly kind: "document";
  readonly name: string;
  readonly key: string;
  readonly value: Uint8Array | null;
  /** Only if this is its version; 0: only if there is none; null: any. */
  readonly expectedVersion: number | null;
}

/** A replicated entry: a command in which the leader has decided all that could differ between nodes. */
export type LogEntry = CreateEntry | AppendEntry | AlterEntry | DeleteEntry | DocumentEntry;

interface EntryBase {
  /** The leader's clock, ms since the epoch. Never decreases within a log. */
  readonly timestamp: number;
  /** The log's tail before this entry. */
  readonly start: Seq;
  /** Bytes of all batches of this life before this entry. */
  readonly bytes: number;
}

/** Begins a life of a log, whose id is this entry's Raft index. `start` continues where an earlier life ended. */
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

/** Changes the state of a log, maybe together with an append. */
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
  /** The last state. */
  readonly state: LogState;
}

export interface DocumentEntry extends EntryBase {
  readonly kind: "document";
  readonly log: LogId;
  readonly key: string;
  /** Null: it is removed. */
  readonly value: Uint8Array | null;
}

/** One appended batch, as it is in the log. */
export interface StoredBatch {
  readonly start: Seq;
  readonly count: number;
  readonly timestamp: number;
  /** As `encodeRecords` gave it. */
  readonly records: Uint8Array;
}
