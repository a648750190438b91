import type { Index } from "../raft/types.ts";
import type { Command, LogState, Seq } from "./types.ts";

/** The outcome of a command. Positions are record sequence numbers. `end` and `tail` are exclusive. */
export type Outcome = Created | Appended | Altered | Deleted | ConsumerOutcome | Documented | Refused;

/** The outcome of each kind of command, unless the log's state forbids it. */
export const outcomeKinds = {
  create: "created",
  append: "appended",
  trim: "altered",
  close: "altered",
  fence: "altered",
  renew: "altered",
  delete: "deleted",
  consumer: "consumer",
  document: "documented",
} as const satisfies Readonly<Record<Command["kind"], Outcome["kind"]>>;

/** All outcomes that a command of this kind can have. */
export type OutcomeOf<C extends Command> = DoneOutcome<C> | Refused;

/** Its outcome, unless the log's state forbids it. */
export type DoneOutcome<C extends Command> = Extract<
  Outcome,
  { readonly kind: (typeof outcomeKinds)[C["kind"]] }
>;

export const isRefused = (outcome: Outcome): outcome is Refused => outcome.kind === "refused";

export interface Created {
  readonly kind: "created";
  /** Whether this command created the log; false if it existed already. */
  readonly fresh: boolean;
  readonly tail: Seq;
  readonly state: LogState;
}

export interface Appended {
  readonly kind: "appended";
  readonly start: Seq;
  readonly end: Seq;
  /** The next sequence number right after this append. */
  readonly tail: Seq;
  readonly timestamp: number;
  /** The Raft index and term of the entry. */
  readonly index: Index;
  readonly term: number;
  /** A retry: the positions are those of the first attempt. */
  readonly duplicate: boolean;
  /** The producer's newest batch of this epoch; null for an append without a producer. */
  readonly producerSeq: number | null;
  /** Whether the log is sealed now. */
  readonly closed: boolean;
}

/** Trimmed, closed, fenced or renewed, or that was so already. */
export interface Altered {
  readonly kind: "altered";
  readonly tail: Seq;
  readonly state: LogState;
  /** A producer's retry of the batch that had sealed the log. */
  readonly duplicate: boolean;
}

export interface Deleted {
  readonly kind: "deleted";
}

export interface ConsumerOutcome {
  readonly kind: "consumer";
  /** Null: there is no such consumer, and there was nothing to do. */
  readonly consumer: Consumer | null;
}

/** A durable position in a log. */
export interface Consumer {
  readonly position: Seq;
  /** Changes with each write. Also a fencing token for the holder of the lease. */
  readonly version: number;
  readonly lease: Lease | null;
}

export interface Lease {
  readonly holder: string;
  /** Ms since the epoch, on the leader's clock. */
  readonly until: number;
}

export interface Documented {
  readonly kind: "documented";
  /** The version to expect in the next write; 0 if there is no value any more. */
  readonly version: number;
}

/** The committed state of the log forbids it. Nothing was written. */
export interface Refused {
  readonly kind: "refused";
  readonly refusal: Refusal;
}

export type Refusal =
  | { readonly reason: "log-not-found" }
  /** It is deleted, but forks of it exist: its name can't be used again yet. */
  | { readonly reason: "log-gone" }
  /** A log of this name exists, with other settings than asked for. */
  | { readonly reason: "log-exists" }
  | { readonly reason: "log-closed"; readonly tail: Seq }
  | { readonly reason: "content-type-mismatch"; readonly contentType: string | null }
  /** The condition that writers' sequences grow does not hold. */
  | { readonly reason: "writer-sequence-regression"; readonly writerSeq: string }
  /** `expectedSeq` was not the tail. */
  | {
      readonly reason: "sequence-mismatch";
      readonly expectedSeq: number;
      readonly tail: Seq;
      readonly fencingToken: string | null;
    }
  /** `fencingToken` was not the log's. */
  | { readonly reason: "fenced"; readonly fencingToken: string | null; readonly tail: Seq }
  /** A newer epoch of the producer has appended. */
  | { readonly reason: "stale-producer-epoch"; readonly epoch: number }
  /** Batches before it are missing. A new epoch begins at 0. */
  | {
      readonly reason: "producer-sequence-gap";
      readonly expectedSeq: number;
      readonly receivedSeq: number;
      readonly isNewEpoch: boolean;
    }
  /** A retry of a batch whose records have been trimmed since. */
  | {
      readonly reason: "batch-trimmed";
      readonly earliest: Seq;
      readonly tail: Seq;
      readonly producerSeq: number;
      readonly closed: boolean;
    }
  /** A batch or a document is too large. */
  | { readonly reason: "batch-too-large"; readonly bytes: number; readonly bytesMax: number }
  /** A position beyond the tail. */
  | { readonly reason: "beyond-tail"; readonly tail: Seq }
  /** A fork's beginning that the source has trimmed. */
  | { readonly reason: "trimmed"; readonly earliest: Seq; readonly tail: Seq }
  | { readonly reason: "source-not-found" }
  | { readonly reason: "source-gone" }
  /** The chain of forks would be too long. */
  | { readonly reason: "fork-too-deep"; readonly depthMax: number }
  | { readonly reason: "version-mismatch"; readonly version: number }
  /** Another client holds the lease; null: the caller's lease is over, and no client holds it. */
  | { readonly reason: "lease-held"; readonly lease: Lease | null };
