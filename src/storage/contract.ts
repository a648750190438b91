import type { LogId, Seq, StoredBatch } from "../log/types.ts";
import type { Document, Life, LogView } from "../log/view.ts";
import type { Identity, Phase } from "../raft/identity.ts";
import type { Persist } from "../raft/ready.ts";
import type { HardState, Index, LogReader, QuiesceMark, SnapshotMark, Term } from "../raft/types.ts";

/** All that a node needs to go on after a restart. */
export interface Boot {
  readonly identity: Identity;
  readonly phase: Phase;
  readonly hardState: HardState;
  /** Null for a node that is awake. */
  readonly quiesceMark: QuiesceMark | null;
  readonly lastIndex: Index;
  readonly lastTerm: Term;
  readonly snapshot: SnapshotMark;
}

export interface BatchRange {
  readonly log: LogId;
  /** The batch that holds this record is the first. */
  readonly from: Seq;
  /** Batches that begin at or after this record are left out. */
  readonly until: Seq;
  /** Stop once this many records at or after `from` are covered; at least one batch is given. */
  readonly recordsMax: number;
  /** Stop before the batch that takes the encoded bytes over this; at least one batch is given. */
  readonly bytesMax: number;
  /** Only entries up to here. */
  readonly upTo: Index;
}

export interface NameRange {
  readonly prefix: string;
  /** Only names after this one; null for all. */
  readonly after: string | null;
  readonly limit: number;
  readonly upTo: Index;
}

/** As a `NameRange`, of the keys of one log. */
export interface DocumentRange extends NameRange {
  readonly log: LogId;
}

/**
 * The durable state of one node. Synchronous; a write is visible to the next read at once and reaches
 * the disk later, in order, the writes of one `transaction` together or not at all.
 */
export interface Storage extends LogReader {
  /** Null for a node that was never bootstrapped; reading it writes nothing. */
  load(): Boot | null;
  /**
   * Uses the storage. Throws in an object that the platform has superseded by another life of it, which may go
   * on for a while without knowing it: only the use of its storage tells.
   */
  assertCurrent(): void;
  /** Makes the schema and writes the identity, as `prepared`. Only on a node that `load`s as null. */
  prepare(identity: Identity): void;
  /** From `prepared` to `started`. */
  start(): void;
  /** Runs `body` as one write; if it throws, nothing of it has happened. What `body` writes joins it; they don't nest. */
  transaction<T>(body: () => T): T;
  /** Hard state, sleep, truncation, snapshot, entries, in that order. */
  write(persist: Persist): void;
  /**
   * Removes rows up to the snapshot's mark that nobody needs, `rowsMax` of them or a few more. False: there may be
   * more. What is read as of the mark or later stays the same.
   */
  removeDead(rowsMax: number): boolean;
  /** The logs after the entries up to `upTo`, uncommitted ones included where `upTo` covers them. */
  view(upTo: Index): LogView;
  /** Batches of one log in order. */
  batches(range: BatchRange): readonly StoredBatch[];
  /** Names of the logs that exist, in code point order. */
  names(range: NameRange): readonly string[];
  /** Documents of one log, in code point order of their keys. */
  documents(range: DocumentRange): readonly Document[];
  /**
   * The logs (lives) that entries in (after, upTo] made, appended to, changed or deleted; and of each that was made, the
   * life of its name before: that may have been over by its time alone, with no entry that said so.
   */
  touched(after: Index, upTo: Index): readonly LogId[];
  /** Logs that time or their own growth may change, in the order in which they last did, after index `after`. */
  swept(after: Index, limit: number, upTo: Index): readonly Life[];
}
