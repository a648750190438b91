import type { Index } from "../raft/types.ts";
import type { Command, LogState, Seq } from "./types.ts";

/** What came of a command. Positions are record sequence numbers; `end` and `tail` are exclusive. */
export type Outcome = Created | Appended | Altered | Deleted | ConsumerOutcome | Documented | Refused;

/** What each kind of command comes to, unless the log's state forbids it. */
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

/** What a command of this kind can come to. */
export type OutcomeOf<C extends Command> = DoneOutcome<C> | Refused;

/** What it comes to unless the log's state forbids it. */
export type DoneOutcome<C extends Command> = Extract<
  Outcome,
  { readonly kind: (typeof outcomeKinds)[C["kind"]] }
>;

export const isRefused = (outcome: Outcome): outcome is Refused => outcome.kind === "refused";

export interface Created {
  readonly kind: "created";
  /** Whether this command made the log; false where it was there already. */
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
  /** A retry: these are the positions of the first time. */
  readonly duplicate: boolean;
  /** The producer's newest batch of this epoch; null where no producer appended. */
  readonly producerSeq: number | null;
  /** Whether the log is sealed now. */
  readonly closed: boolean;
}

/** Trimmed, closed, fenced or renewed; or it was so already. */
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
  /** Null: there is none, and nothing was asked of it. */
  readonly consumer: Consumer | null;
}

/** A durable position in a log. */
export interface Consumer {
  readonly position: Seq;
  /** Changes with each write; also a fencing token of who holds the lease. */
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
  /** To be expected by the next write; 0 where there is no value any more. */
  readonly version: number;
}

/** The log's state forbade it; nothing was written, and it is the state of the log that is committed. */
export interface Refused {
  readonly kind: "refused";
  readonly refusal: Refusal;
}

export type Refusal =
  | { readonly reason: "log-not-found" }
  /** It is deleted, and forks of it are not: its name can't be used again yet. */
  | { readonly reason: "log-gone" }
  /** A log of the name is there, and is not as it is asked for. */
  | { readonly reason: "log-exists" }
  | { readonly reason: "log-closed"; readonly tail: Seq }
  | { readonly reason: "content-type-mismatch"; readonly contentType: string | null }
  /** Of the append's condition that writers' sequences grow. */
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
  /** A newer incarnation of the producer has appended. */
  | { readonly reason: "stale-producer-epoch"; readonly epoch: number }
  /** Batches between are missing; a new epoch begins at 0. */
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
  /** A batch, or a document. */
  | { readonly reason: "batch-too-large"; readonly bytes: number; readonly bytesMax: number }
  /** A position beyond the tail. */
  | { readonly reason: "beyond-tail"; readonly tail: Seq }
  /** A fork's beginning that the source has trimmed. */
  | { readonly reason: "trimmed"; readonly earliest: Seq; readonly tail: Seq }
  | { readonly reason: "source-not-found" }
  | { readonly reason: "source-gone" }
  /** Its records would lie in too many logs. */
  | { readonly reason: "fork-too-deep"; readonly depthMax: number }
  | { readonly reason: "version-mismatch"; readonly version: number }
  /** Another one holds the lease; null: nobody does any more, and who asks no longer does. */
  | { readonly reason: "lease-held"; readonly lease: Lease | null };
