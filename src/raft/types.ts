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

/** The kind of an entry: the no-op that opens a term, a command of the state machine, or a configuration. */
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

/** State that a node must never forget (paper figure 2, "persistent state"). Written as one. */
export interface HardState {
  readonly currentTerm: Term;
  readonly votedFor: NodeId | null;
}

/**
 * How far a log is compacted. All up to `index` is committed and is not replicated as entries any more. Dead rows among
 * them are removed, and the others are the snapshot.
 */
export interface SnapshotMark {
  /** The last compacted entry; 0 if the log is whole. */
  readonly index: Index;
  /** The term of that entry. */
  readonly term: Term;
  /**
   * The end of the sender's snapshot, of which maybe only a part has arrived. Rows that were dead there are missing
   * already, so nothing may be read here before this much is committed.
   */
  readonly readableIndex: Index;
}

/** The mark of a log that was never compacted. */
export const noSnapshot: SnapshotMark = { index: toIndex(0), term: 0, readableIndex: toIndex(0) };

/**
 * Written when a node falls asleep. It is on disk exactly while the node sleeps, and is cleared there before an awake
 * node sends anything. So a leader that finds its own mark knows that it has sent nothing since, and resumes its term.
 */
export interface QuiesceMark {
  readonly term: Term;
  readonly leader: NodeId;
  /** The end of the log, all of it committed. */
  readonly index: Index;
  /** The round in which the cluster fell asleep. All later rounds are above it. */
  readonly round: number;
}

export interface Options {
  /** The shortest election timeout, ms; the one used is drawn from [1, 2) times this. */
  readonly electionTimeoutMs: number;
  /**
   * The range is cut into `ranks` equal parts. Nodes of rank 0 draw from the first part, those of rank 1 from the
   * second: the lower its rank, the sooner a node campaigns. Only timing depends on it.
   */
  readonly rank: number;
  readonly ranks: number;
  /** The longest time between two messages of a leader to a peer, ms. */
  readonly heartbeatMs: number;
  /** Whether a leader that hears from no majority for an election timeout steps down (thesis §6.2). */
  readonly checkQuorum: boolean;
  /** A leader that has had no work for this long lets its cluster fall asleep, ms; 0 for never. */
  readonly sleepAfterMs: number;
  /** Unanswered AppendEntries with entries that one peer may have. */
  readonly inflightMax: number;
  /** Bytes of entries in one AppendEntries; one entry always fits. */
  readonly appendBytesMax: number;
  /** Bytes of entries that are proposed and not yet committed. More proposals are refused. */
  readonly uncommittedBytesMax: number;
}

/** The synchronous reader through which consensus sees its own durable log. It keeps no copy. */
export interface LogReader {
  /** The term of the entry at `index`, 0 at index 0. Null if there is no such entry, or none any more. */
  term(index: Index): Term | null;
  /** Entries from `from` to `to`, both included, cut after `bytesMax` bytes of data but never before one entry. */
  entries(from: Index, to: Index, bytesMax: number): readonly Entry[];
  /** As `entries`, but compaction may have left gaps. At most `countMax` entries. */
  rows(from: Index, to: Index, bytesMax: number, countMax: number): readonly Entry[];
  /** The newest configuration entry at or before `upTo`; null if there is none. */
  configuration(upTo: Index): Entry | null;
}
