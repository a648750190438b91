import type { Index, Term } from "../raft/types.ts";
import type { LogId, LogState, Seq } from "./types.ts";

/** A life of a name. */
export interface Life {
  readonly id: LogId;
  readonly name: string;
  /** Whether it has been deleted since. */
  readonly deleted: boolean;
  readonly state: LogState;
  /** The entry that set this state. */
  readonly index: Index;
}

/** The end of a log: its next sequence number, the bytes of all its batches ever, and its last timestamp. */
export interface Tail {
  readonly seq: Seq;
  readonly bytes: number;
  readonly timestamp: number;
}

/** A batch that a producer has appended. A batch without records has sealed the log. */
export interface ProducerBatch {
  readonly index: Index;
  readonly term: Term;
  readonly epoch: number;
  readonly seq: number;
  readonly start: Seq;
  readonly count: number;
  readonly timestamp: number;
}

/** The place of a batch. */
export interface BatchMark {
  readonly start: Seq;
  readonly count: number;
  readonly timestamp: number;
  /** Bytes of this life's batches up to this one's end. */
  readonly bytes: number;
}

/** A value of a log that is not a record. */
export interface Document {
  readonly key: string;
  readonly value: Uint8Array;
  /** The Raft index of the entry that set it. */
  readonly version: Index;
  readonly timestamp: number;
}

/** The state of all logs after a prefix of the Raft log, read from its rows. */
export interface LogView {
  /** The newest life of `name`, deleted or not; null if there never was one. */
  life(name: string): Life | null;
  /** The life with this id; null if no rows of it are left. */
  lifeOf(log: LogId): Life | null;
  /** The lives that were forked from this one, deleted or not. */
  forksOf(log: LogId): readonly LogId[];
  /** The end of a log, deleted or not. */
  tail(log: LogId): Tail;
  /** The batch of this life that holds a record; null if there is none. */
  batchAt(log: LogId, seq: number): BatchMark | null;
  /** The newest batch of a producer by (epoch, seq). */
  lastBatch(log: LogId, producer: string): ProducerBatch | null;
  /** The batch of a producer with this epoch and seq. */
  batch(log: LogId, producer: string, epoch: number, seq: number): ProducerBatch | null;
  document(log: LogId, key: string): Document | null;
}
