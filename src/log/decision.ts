import type { Index, Term } from "../raft/types.ts";
import { ENTRY_BYTES_MAX } from "./limits.ts";
import type { Outcome, Refusal } from "./outcome.ts";
import type { Batch, LogEntry } from "./types.ts";
import type { Tail } from "./view.ts";

/**
 * The leader's decision on a command. The caller learns of it only once all entries that it was based on are committed
 * in the leader's term.
 */
export type Decision = Proposal | Answered;

/** An entry to replicate. `outcome` gives the outcome once it is committed at an index in a term. */
export interface Proposal {
  readonly kind: "propose";
  readonly entry: LogEntry;
  readonly outcome: (index: Index, term: Term) => Outcome;
}

/** Nothing is to be written. */
export interface Answered {
  readonly kind: "answer";
  readonly outcome: Outcome;
}

export function propose(entry: LogEntry, outcome: Proposal["outcome"]): Proposal {
  return { kind: "propose", entry, outcome };
}

export function answer(outcome: Outcome): Answered {
  return { kind: "answer", outcome };
}

export function refuse(refusal: Refusal): Answered {
  return answer({ kind: "refused", refusal });
}

/** A log's timestamps never go back, although the clocks of two leaders differ. */
export function notBefore({ timestamp }: Pick<Tail, "timestamp">, now: number): number {
  return Math.max(now, timestamp);
}

/** Null if the bytes fit into an entry. */
export function sizeRefusal(bytes: number): Refusal | null {
  return bytes > ENTRY_BYTES_MAX ? { reason: "batch-too-large", bytes, bytesMax: ENTRY_BYTES_MAX } : null;
}

/** As `sizeRefusal`, for a batch if there is one. */
export const batchRefusal = (batch: Batch | null): Refusal | null => sizeRefusal(batch?.records.length ?? 0);
