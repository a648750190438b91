/** A term: the logical clock of Raft (paper §5.1). Starts at 0, never goes back. */
export type Term = number;

declare const indexBrand: unique symbol;

/**
 * The position of an entry in the Raft log. The first entry has index 1; 0 stands before it.
 * Counts no-ops, so it is never a record's sequence number.
 */
export type Index = number & { readonly [indexBrand]: true };

/** Names `value` as a Raft index. */
export const toIndex = (value: number): Index => value as Index;

/** The number of a node in its cluster: 1, 2, 3 … Never reused. */
export type NodeId = number;

/** What an entry is for: the no-op that opens a term, a command of the state machine, or who takes part. */
export type EntryKind = "noop" | "command" | "configuration";

/** One entry of the Raft log (paper figure 2). `checksum` covers all other fields. */
export interface Entry {
  readonly index: Index;
  readonly term: Term;
  readonly kind: EntryKind;
  /** Opaque to consensus; empty for a no-op. */
  readonly data: Uint8Array;
  /** CRC-32C, see `checksumOf`. */
  readonly checksum: number;
}

/** What a node must never forget (paper figure 2, "persistent state"). Written as one. */
export interface HardState {
  readonly currentTerm: Term;
  readonly votedFor: NodeId | null;
}

/**
 * How far a log is compacted. All up to `index` is committed and is replicated no more as entries; of those, the
 * rows that nobody needs are left out, and the others are the snapshot.
 */
export interface SnapshotMark {
  /** The last entry that is not replicable; 0 for a log that is whole. */
  readonly index: Index;
  /** The term of that entry. */
  readonly term: Term;
  /**
   * Up to where a sender's snapshot went, of which maybe only a part is here yet: rows that were dead by then are
   * missing already, so nothing may be read before this much is committed here.
   */
  readonly readableIndex: Index;
}

/** Of a log that was never compacted. */
export const noSnapshot: SnapshotMark = { index: toIndex(0), term: 0, readableIndex: toIndex(0) };

/**
 * What a node writes down when it falls asleep: it is on disk exactly while the node sleeps, and was
 * cleared there before anything that the node sends once it is awake. So a leader that finds its own mark
 * knows that nothing has left it since, and goes on in its term.
 */
export interface QuiesceMark {
  readonly term: Term;
  readonly leader: NodeId;
  /** The end of the log, all of it committed. */
  readonly index: Index;
  /** The round in which the leader laid the cluster to rest; all later ones are above it. */
  readonly round: number;
}

export interface Options {
  /** The shortest election timeout, ms; the one used is drawn from [1, 2) times this. */
  readonly electionTimeoutMs: number;
  /**
   * The nodes of rank 0 of `ranks` draw from the first of so many equal parts of that range, those of rank 1
   * from the second: the lower its rank, the sooner a node campaigns. Nothing but time depends on it.
   */
  readonly rank: number;
  readonly ranks: number;
  /** A leader lets no peer wait longer than this, ms. */
  readonly heartbeatMs: number;
  /** Whether a leader that hears from no majority for an election timeout steps down (thesis §6.2). */
  readonly checkQuorum: boolean;
  /** A leader that has had no work for this long lets its cluster fall asleep, ms; 0 for never. */
  readonly sleepAfterMs: number;
  /** AppendEntries with entries that one peer may have unanswered. */
  readonly inflightMax: number;
  /** Bytes of entries in one AppendEntries; one entry always fits. */
  readonly appendBytesMax: number;
  /** Bytes of entries proposed and not yet committed; further proposals are refused. */
  readonly uncommittedBytesMax: number;
}

/** The synchronous reader through which consensus sees its own durable log; it keeps no copy. */
export interface LogReader {
  /** The term of the entry at `index`; 0 at index 0; null where there is no such entry, or none any more. */
  term(index: Index): Term | null;
  /** Entries from `from` to `to`, both included, cut after `bytesMax` bytes of data but never before one entry. */
  entries(from: Index, to: Index, bytesMax: number): readonly Entry[];
  /** As `entries`, where compaction may have left gaps: those that are left, and no more than `countMax`. */
  rows(from: Index, to: Index, bytesMax: number, countMax: number): readonly Entry[];
  /** The newest configuration entry at or before `upTo`; null where there is none. */
  configuration(upTo: Index): Entry | null;
}
