import { type Span, seek } from "../log/seek.ts";
import { type Seq, type StoredBatch, toSeq } from "../log/types.ts";
import type { BatchMark, Life, LogView } from "../log/view.ts";
import type { Index } from "../raft/types.ts";
import type { Storage } from "../storage/contract.ts";

/** The logs that hold the records [from, until) of a log: for a fork, partly its sources. In order, and none empty. */
export function spansOf({ id, state }: Life, from: number, until: number): readonly Span[] {
  const parts = [...(state.fork?.lineage ?? []), { log: id, until }];
  const spans = parts.map((part, at) => ({
    log: part.log,
    from: Math.max(from, parts[at - 1]?.until ?? 0),
    until: Math.min(until, part.until),
  }));
  return spans.filter((span) => span.from < span.until);
}

/** As `seek`, over several consecutive spans. */
export function seekSpans(
  spans: readonly Span[],
  view: LogView,
  isBefore: (batch: BatchMark) => boolean,
): Seq | null {
  for (const span of spans) {
    const found = seek(span, view, isBefore);
    if (found < span.until) return found;
  }
  return null;
}

interface PageBounds {
  readonly recordsMax: number;
  readonly bytesMax: number;
  readonly upTo: Index;
}

/** Batches from several consecutive spans, cut at the end of each. At least one, if there is one. */
export function readSpans(
  storage: Storage,
  spans: readonly Span[],
  room: PageBounds,
): readonly StoredBatch[] {
  const batches: StoredBatch[] = [];
  let { recordsMax, bytesMax } = room;
  for (const { log, from, until } of spans) {
    if (recordsMax <= 0 || bytesMax <= 0) break;
    const range = { log, from: toSeq(from), until: toSeq(until), recordsMax, bytesMax, upTo: room.upTo };
    const found = storage.batches(range).map((batch) => cutAt(until, batch));
    batches.push(...found);
    const covered = endOf(found) ?? from;
    recordsMax -= covered - from;
    bytesMax -= found.reduce((sum, { records }) => sum + records.length, 0);
    if (covered < until) break;
  }
  return batches;
}

/** Records that a source appended after the fork do not belong to the fork. */
function cutAt(until: number, batch: StoredBatch): StoredBatch {
  const count = Math.min(batch.count, until - batch.start);
  return count === batch.count ? batch : { ...batch, count };
}

/** The position after the last record; null if there is none. */
export function endOf(batches: readonly StoredBatch[]): number | null {
  const last = batches.at(-1);
  return last === undefined ? null : last.start + last.count;
}
