import type { Index, Term } from "../raft/types.ts";
import type { LogId, Seq } from "./types.ts";

/** The newest life of a name. */
export interface Life {
  readonly id: LogId;
  readonly name: string;
  /** Whether it has been deleted since. */
  readonly deleted: boolean;
  /** Its first sequence number. */
  readonly start: Seq;
  /** When it was created, ms since the epoch. */
  readonly createdAt: number;
}

/** The end of a log: its next sequence number and its last timestamp. */
export interface Tail {
  readonly seq: Seq;
  readonly timestamp: number;
}

/** A batch that a producer has appended. */
export interface ProducerBatch {
  readonly index: Index;
  readonly term: Term;
  readonly epoch: number;
  readonly seq: number;
  readonly start: Seq;
  readonly count: number;
  readonly timestamp: number;
}

/** The state of all logs after some prefix of the Raft log, read off its rows. */
export interface LogView {
  /** The newest life of `name`, deleted or not; null where there never was one. */
  life(name: string): Life | null;
  /** The end of a log, deleted or not. */
  tail(log: LogId): Tail;
  /** The newest batch of a producer by (epoch, seq). */
  lastBatch(log: LogId, producer: string): ProducerBatch | null;
  /** One certain batch of a producer. */
  batch(log: LogId, producer: string, epoch: number, seq: number): ProducerBatch | null;
}
