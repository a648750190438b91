import type { ReplayedLife } from "./replayed-life.ts";

/**
 * How long a log lives without use, ms. A read in the first tenth of its time to live leaves no entry, but counts.
 */
const lifetimeMs = (ttlSeconds: number): number => ttlSeconds * 1_100;

/** When the log's time is over, ms since the epoch; infinite for one that stays. */
export function endOfTime({ state: { ttlSeconds, expiresAt }, timestamp }: ReplayedLife): number {
  const slides = ttlSeconds === null ? Number.POSITIVE_INFINITY : timestamp + lifetimeMs(ttlSeconds);
  return Math.min(slides, expiresAt ?? Number.POSITIVE_INFINITY);
}

/** The first record that retention keeps at `now`; what a fork has of its source goes with its own first batch. */
export function firstRetained({ state, tail, batches }: ReplayedLife, now: number): number {
  const { ageMs, bytes, records } = state.retention;
  const bounds: number[] = [state.earliest];
  if (records !== null) bounds.push(tail - records);
  let after = batches.reduce((sum, batch) => sum + batch.bytes, 0);
  for (const batch of batches) {
    after -= batch.bytes;
    const isOld = ageMs !== null && batch.timestamp < now - ageMs;
    if (isOld || (bytes !== null && after >= bytes)) bounds.push(batch.end);
  }
  return Math.max(...bounds);
}
