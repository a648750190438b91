/** The outcome of one attempt to append. Only `unknown` leaves open whether it happened. */
export type Attempt =
  | { readonly kind: "acknowledged"; readonly start: number }
  | { readonly kind: "refused"; readonly why: string }
  | { readonly kind: "unknown"; readonly why: string };

/** A batch, and the answers that its writer got. */
export interface Append {
  readonly writer: string;
  readonly log: string;
  /** Each text occurs in one record only. */
  readonly records: readonly string[];
  /** Whether it has a producer's epoch and sequence number. */
  readonly isNumbered: boolean;
  /** Whether it had a condition that can't hold. */
  readonly isDoomed: boolean;
  readonly attempts: Attempt[];
}

/** A record as a follower got it. */
export interface Seen {
  /** Null if the form does not tell it. */
  readonly seq: number | null;
  readonly text: string;
}

/** All that a follower got, over all of its connections. */
export interface Follow {
  readonly follower: string;
  readonly log: string;
  /** Its first record; null before it has begun. */
  from: number | null;
  readonly seen: Seen[];
  /** Whether it heard that the log is closed. */
  isEnded: boolean;
  /** Impossible answers that it got. */
  readonly faults: string[];
}

/** Positions in streams, by path. */
export type Offsets = Readonly<Record<string, number>>;

/** A stream, as a wake reports it. */
export interface ToldStream {
  readonly path: string;
  readonly acked: number;
  readonly tail: number;
}

/** The events between a subscription and its workers, as the workers saw them, in order. */
export type SubscriptionEvent =
  /** A worker learned of a wake, by a call or by its claim. */
  | {
      readonly kind: "told";
      readonly generation: number;
      readonly wakeId: string;
      readonly streams: readonly ToldStream[];
    }
  /** A worker begins to acknowledge. */
  | { readonly kind: "acknowledges"; readonly generation: number; readonly offsets: Offsets }
  /** The acknowledgement was accepted. `isLate`: a newer wake had been reported before it began. */
  | {
      readonly kind: "counted";
      readonly generation: number;
      readonly offsets: Offsets;
      readonly isLate: boolean;
    }
  /** The cursors were read. */
  | { readonly kind: "shown"; readonly offsets: Offsets };

export interface SubscriptionHistory {
  readonly id: string;
  readonly events: SubscriptionEvent[];
  /** The streams that it covers, each from its beginning. */
  readonly streams: readonly string[];
  /** The generations in its wake stream, in order; null if it has none. */
  announced: readonly number[] | null;
}

/** The texts of all records of each log, from its beginning. */
export type FinalLogs = ReadonlyMap<string, readonly string[]>;
