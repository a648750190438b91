/** Within one interval all live readers of a place share a URL, and so a cache's answer. */
const intervalMs = 20_000;
/** 9 October 2024, from which the protocol counts. */
const epochMs = Date.UTC(2024, 9, 9);
/** How far a cursor that came too early is moved on, at most, s. */
const jitterSMax = 3_600;

/** Greater than any that this server has ever given. */
export const CURSOR_MAX = 1_000_000_000_000;

/**
 * The cursor of a live answer (§10.1): the number of the interval, or, for a reader that has been given one as high,
 * a higher one. `now` is in ms since the epoch, `random` uniform in [0, 1).
 */
export function nextCursor(given: number | null, now: number, random: number): number {
  const interval = Math.max(0, Math.floor((now - epochMs) / intervalMs));
  if (given === null || given < interval) return interval;
  const jitterS = 1 + random * (jitterSMax - 1);
  return given + Math.ceil((jitterS * 1_000) / intervalMs);
}
