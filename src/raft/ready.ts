import type { Message } from "./messages.ts";
import type { Entry, HardState, Index, QuiesceMark, SnapshotMark, Term } from "./types.ts";

/** What must reach the disk, as one transaction, in this order: hard state, sleep, truncation, snapshot, entries. */
export interface Persist {
  readonly hardState: HardState | null;
  /** The mark of a node that falls asleep. `awake` clears it, null leaves it as it is. */
  readonly quiesce: QuiesceMark | "awake" | null;
  /** Entries at and after this index are removed, before any is added. */
  readonly truncateFrom: Index | null;
  readonly snapshot: SnapshotWrite | null;
  readonly append: readonly Entry[];
}

/** The new mark. If a snapshot came in and the log was shorter, the log ends at the mark. */
export interface SnapshotWrite {
  readonly mark: SnapshotMark;
  /** Entries that came in, after the end of the log and up to the mark, with gaps. */
  readonly rows: readonly Entry[];
}

/** A read that a majority confirmed. It covers all entries up to `index`, which are committed. */
export interface ConfirmedRead {
  readonly context: number;
  readonly index: Index;
}

/**
 * All effects of the last input. `persist` is written first. `afterPersist` may leave the node only once that write,
 * and every earlier one, is durable.
 */
export interface Ready {
  readonly persist: Persist | null;
  readonly afterPersist: {
    readonly messages: readonly Message[];
    readonly reads: readonly ConfirmedRead[];
  };
}

/** How far a node had written when it asked for a sync. Passed back once that is durable. */
export interface DurableMark {
  readonly term: Term;
  readonly lastIndex: Index;
}

/** Why a proposal or a read was refused. Nothing happened. */
export type NotTaken = "not-leader" | "busy";
