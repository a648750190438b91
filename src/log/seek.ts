import { type LogId, type Seq, toSeq } from "./types.ts";
import type { BatchMark, LogView } from "./view.ts";

/** Records of one life, `until` exclusive. */
export interface Span {
  readonly log: LogId;
  readonly from: number;
  readonly until: number;
}

/**
 * The first record of the span whose batch is not `isBefore`, or the span's end. If `isBefore` is false for a batch, it
 * must be false for all later ones. A binary search: it looks at as many batches as the span's length has bits.
 */
export function seek(
  { log, from, until }: Span,
  view: LogView,
  isBefore: (batch: BatchMark) => boolean,
): Seq {
  let low = from;
  let high = until;
  // All batches before `low` are `isBefore`. The batch at `high` is not.
  while (low < high) {
    const batch = view.batchAt(log, low + Math.floor((high - low) / 2));
    if (batch !== null && isBefore(batch)) low = batch.start + batch.count;
    else high = Math.max(low, batch?.start ?? low);
  }
  return toSeq(Math.min(low, until));
}
