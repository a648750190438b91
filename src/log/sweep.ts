import { seek } from "./seek.ts";
import { isExpired } from "./state.ts";
import { alteration, deletion, type Subject, trimmed } from "./subject.ts";
import { type LogEntry, type Seq, toSeq } from "./types.ts";
import type { BatchMark } from "./view.ts";

/** The entry that ends a log whose time is over, or trims its oldest records; null: nothing to do. */
export function sweep(subject: Subject): LogEntry | null {
  const { life, tail, now } = subject;
  if (isExpired(life.state, tail, now)) return deletion(subject);
  const earliest = firstRetained(subject);
  if (earliest <= life.state.earliest) return null;
  // This is no use of the log, so its time to live continues.
  return { ...alteration(subject, trimmed(subject, earliest)), timestamp: tail.timestamp };
}

/** The first record that retention keeps. By age and by bytes, whole batches are trimmed, as long as enough is left. */
function firstRetained(subject: Subject): Seq {
  const { life, tail, now } = subject;
  const { ageMs, bytes, records } = life.state.retention;
  const bounds: number[] = [life.state.earliest];
  if (records !== null) bounds.push(tail.seq - records);
  if (ageMs !== null) bounds.push(firstNot(subject, ({ timestamp }) => timestamp < now - ageMs));
  if (bytes !== null) bounds.push(firstNot(subject, (batch) => batch.bytes <= tail.bytes - bytes));
  return toSeq(Math.max(...bounds));
}

/** The records that a fork has of its source are trimmed together with its own first batch. */
function firstNot({ life, tail, view }: Subject, isBefore: (batch: BatchMark) => boolean): Seq {
  const { start, earliest } = life.state;
  const from = Math.max(start, earliest);
  const first = seek({ log: life.id, from, until: tail.seq }, view, isBefore);
  return first > from ? first : earliest;
}
