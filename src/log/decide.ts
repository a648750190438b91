import type { Index, Term } from "../raft/types.ts";
import { ENTRY_BYTES_MAX } from "./limits.ts";
import { checkProducer } from "./producer.ts";
import type { AppendCommand, Appended, Command, LogEntry, Outcome, Refusal, Seq } from "./types.ts";
import { toSeq } from "./types.ts";
import type { Life, LogView, ProducerBatch, Tail } from "./view.ts";

/**
 * What the leader makes of a command. Whichever it is, the caller hears of it only once what it was
 * decided on is committed in the leader's term.
 */
export type Decision = Proposal | Duplicate | Answered;

/** To be replicated; `proposedOutcome` says what came of it, once its index is known. */
export interface Proposal {
  readonly kind: "propose";
  readonly entry: LogEntry;
}

/** A retry of `batch`, which may be uncommitted yet. */
export interface Duplicate {
  readonly kind: "duplicate";
  readonly batch: ProducerBatch;
  readonly outcome: Appended;
}

/** Nothing is to be written. */
export interface Answered {
  readonly kind: "answer";
  readonly outcome: Outcome;
}

/** Decides `command` against the leader's whole log, uncommitted part included. `now` is ms since the epoch. */
export function decide(command: Command, view: LogView, now: number): Decision {
  const newest = view.life(command.name);
  if (command.kind === "create") return decideCreate(command.name, newest, view, now);
  if (newest === null || newest.deleted) return refuse({ reason: "log-not-found" });
  return command.kind === "append"
    ? decideAppend(command, newest, view, now)
    : propose(deleteEntry(newest, view.tail(newest.id), now));
}

/** A new life goes on where the old one ended, so that an old position never means a new record. */
function decideCreate(name: string, newest: Life | null, view: LogView, now: number): Decision {
  if (newest === null) return propose({ kind: "create", name, start: toSeq(0), timestamp: now });
  const tail = view.tail(newest.id);
  if (!newest.deleted) return answer({ kind: "created", fresh: false, tail: tail.seq });
  return propose({ kind: "create", name, start: tail.seq, timestamp: notBefore(tail, now) });
}

function deleteEntry(life: Life, tail: Tail, now: number): LogEntry {
  return { kind: "delete", name: life.name, log: life.id, tail: tail.seq, timestamp: notBefore(tail, now) };
}

function decideAppend(command: AppendCommand, life: Life, view: LogView, now: number): Decision {
  const { producer, expectedSeq, records, count } = command;
  const bytes = records.length;
  if (bytes > ENTRY_BYTES_MAX) return refuse({ reason: "batch-too-large", bytes, bytesMax: ENTRY_BYTES_MAX });
  if (producer !== null) {
    const verdict = checkProducer(producer, life.id, view);
    if (verdict.kind === "duplicate") return duplicate(verdict.batch);
    if (verdict.kind === "refused") return refuse(verdict.refusal);
  }
  const tail = view.tail(life.id);
  if (expectedSeq !== null && expectedSeq !== tail.seq) {
    return refuse({ reason: "sequence-mismatch", expectedSeq, tail: tail.seq });
  }
  const timestamp = notBefore(tail, now);
  return propose({ kind: "append", log: life.id, start: tail.seq, count, timestamp, producer, records });
}

/** Clocks of two leaders differ; a log's timestamps never go back. */
function notBefore(tail: Tail, now: number): number {
  return Math.max(now, tail.timestamp);
}

function propose(entry: LogEntry): Proposal {
  return { kind: "propose", entry };
}

function answer(outcome: Outcome): Answered {
  return { kind: "answer", outcome };
}

function refuse(refusal: Refusal): Answered {
  return answer({ kind: "refused", refusal });
}

function duplicate(batch: ProducerBatch): Duplicate {
  return { kind: "duplicate", batch, outcome: appended(batch, batch.index, batch.term, true) };
}

/** What came of `entry`, once it is committed as `index` in `term`. */
export function proposedOutcome(entry: LogEntry, index: Index, term: Term): Outcome {
  switch (entry.kind) {
    case "create":
      return { kind: "created", fresh: true, tail: entry.start };
    case "append":
      return appended(entry, index, term, false);
    case "delete":
      return { kind: "deleted" };
  }
}

interface Positions {
  readonly start: Seq;
  readonly count: number;
  readonly timestamp: number;
}

function appended(positions: Positions, index: Index, term: Term, isRetry: boolean): Appended {
  const { start, count, timestamp } = positions;
  const end = toSeq(start + count);
  return { kind: "appended", start, end, tail: end, timestamp, index, term, duplicate: isRetry };
}
