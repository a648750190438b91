import type { Message } from "./messages.ts";
import type { Entry, HardState, Index, QuiesceMark, SnapshotMark, Term } from "./types.ts";

/** What must reach the disk, as one transaction, in this order: hard state, sleep, truncation, snapshot, entries. */
export interface Persist {
  readonly hardState: HardState | null;
  /** The mark of a node that falls asleep; `awake` clears it; null leaves it as it is. */
  readonly quiesce: QuiesceMark | "awake" | null;
  /** Entries at and after this index are removed, before any is added. */
  readonly truncateFrom: Index | null;
  readonly snapshot: SnapshotWrite | null;
  readonly append: readonly Entry[];
}

/** The mark moves. With a snapshot that came in, the log ends at the mark where it was shorter. */
export interface SnapshotWrite {
  readonly mark: SnapshotMark;
  /** What came in: entries behind the end of the log and up to the mark, with gaps. */
  readonly rows: readonly Entry[];
}

/** A read that a majority confirmed: true of every entry up to `index`, all of which are committed. */
export interface ConfirmedRead {
  readonly context: number;
  readonly index: Index;
}

/**
 * All effects of the input before it. `persist` is written first; what is in `afterPersist` may leave
 * the node only once that write, and every earlier one, is durable.
 */
export interface Ready {
  readonly persist: Persist | null;
  readonly afterPersist: {
    readonly messages: readonly Message[];
    readonly reads: readonly ConfirmedRead[];
  };
}

/** Says up to where a node had written when it asked for the disk; handed back once that is durable. */
export interface DurableMark {
  readonly term: Term;
  readonly lastIndex: Index;
}

/** Why a proposal or a read was not taken. Nothing happened. */
export type NotTaken = "not-leader" | "busy";
