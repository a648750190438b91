import type { LogId, Seq, StoredBatch } from "../log/types.ts";
import type { Document, Life, LogView } from "../log/view.ts";
import type { Identity, Phase } from "../raft/identity.ts";
import type { Persist } from "../raft/ready.ts";
import type { HardState, Index, LogReader, QuiesceMark, SnapshotMark, Term } from "../raft/types.ts";

/** All that a node needs to resume after a restart. */
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
  /** The first batch is the one that holds this record. */
  readonly from: Seq;
  /** Without batches that begin at or after this record. */
  readonly until: Seq;
  /** Stop once this many records at or after `from` are covered. Returns at least one batch. */
  readonly recordsMax: number;
  /** Stop before the batch that exceeds this many encoded bytes. Returns at least one batch. */
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
 * The durable state of one node. Synchronous: a write is visible to the next read at once, and reaches the disk later.
 * Writes reach it in order, and those of one `transaction` all together or not at all.
 */
export interface Storage extends LogReader {
  /** Null for a node that was never bootstrapped. Writes nothing. */
  load(): Boot | null;
  /**
   * Uses the storage, and throws in an object that the platform has superseded by another instance. Such an object may
   * run on for a while without knowing it: only a use of its storage shows it.
   */
  assertCurrent(): void;
  /** Creates the schema and writes the identity, as `prepared`. Only on a node that `load`s as null. */
  prepare(identity: Identity): void;
  /** From `prepared` to `started`. */
  start(): void;
  /** Runs `body` as one transaction. If it throws, none of its writes has happened. Transactions don't nest. */
  transaction<T>(body: () => T): T;
  /** Hard state, sleep, truncation, snapshot, entries, in that order. */
  write(persist: Persist): void;
  /**
   * Removes dead rows up to the snapshot's mark: `rowsMax` of them or a few more. False: there may be more. Reads as of
   * the mark or later give the same results.
   */
  removeDead(rowsMax: number): boolean;
  /** The logs after the entries up to `upTo`, which may include uncommitted ones. */
  view(upTo: Index): LogView;
  /** Batches of one log in order. */
  batches(range: BatchRange): readonly StoredBatch[];
  /** Names of the logs that exist, in code point order. */
  names(range: NameRange): readonly string[];
  /** Documents of one log, in code point order of their keys. */
  documents(range: DocumentRange): readonly Document[];
  /**
   * The logs (lives) that entries in (after, upTo] created, appended to, changed or deleted. For each created log also
   * the previous life of its name, which may have ended by its time alone, without an entry.
   */
  touched(after: Index, upTo: Index): readonly LogId[];
  /** Logs that time or their own growth may change, in the order of their last change, after index `after`. */
  swept(after: Index, limit: number, upTo: Index): readonly Life[];
}
