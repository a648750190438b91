/** The length of an interval, ms. Within it, all live readers of a place share a URL, and so a cached answer. */
const intervalMs = 20_000;
/** 9 October 2024, where the protocol's count begins. */
const epochMs = Date.UTC(2024, 9, 9);
/** The most that a cursor that came too early is increased by, s. */
const jitterSMax = 3_600;

/** Greater than any cursor of this server. */
export const CURSOR_MAX = 1_000_000_000_000;

/**
 * The cursor of a live answer (§10.1): the number of the interval, or a higher one for a reader that has this number
 * already. `now` is in ms since the epoch, `random` uniform in [0, 1).
 */
export function nextCursor(given: number | null, now: number, random: number): number {
  const interval = Math.max(0, Math.floor((now - epochMs) / intervalMs));
  if (given === null || given < interval) return interval;
  const jitterS = 1 + random * (jitterSMax - 1);
  return given + Math.ceil((jitterS * 1_000) / intervalMs);
}
