/** One append, all retries of a producer merged: first invocation, first acknowledged return. */
export interface AppendOperation {
  /** Unique over the whole history. */
  readonly records: readonly number[];
  readonly invoked: number;
  /** Infinity while unknown. */
  readonly returned: number;
  readonly outcome: "acknowledged" | "failed" | "unknown";
  /** The position that was acknowledged. */
  readonly start: number | null;
  /** The condition: it may only be at this position. */
  readonly expected: number | null;
}

/** What a read, or a failed condition, showed of the log. */
export interface Observation {
  readonly invoked: number;
  readonly returned: number;
  readonly from: number;
  readonly records: readonly number[];
  /** The tail was at least this … */
  readonly tailMin: number;
  /** … and at most this, at one moment between `invoked` and `returned`. Infinity where it does not say. */
  readonly tailMax: number;
}

/** Times are any numbers that order all invocations and returns. */
export interface History {
  readonly appends: readonly AppendOperation[];
  readonly observations: readonly Observation[];
}

/** An append that is in the log, and the time in which it must have taken effect. */
interface Placed {
  readonly start: number;
  earliest: number;
  latest: number;
}

/**
 * Whether `history` is a linearizable history of an append-only log that ended as `log`: null, or the rule
 * that is broken (R1–R8). Necessary and sufficient, in O(n log n).
 */
export function checkHistory(history: History, log: readonly number[]): string | null {
  const positions = new Map<number, number>();
  for (const [position, record] of log.entries()) {
    if (positions.has(record))
      return `R1: record ${record} is at ${positions.get(record)} and at ${position}`;
    positions.set(record, position);
  }
  const cover: (Placed | null)[] = new Array(log.length).fill(null);
  for (const append of history.appends) {
    const problem = place(append, log, positions, cover);
    if (problem !== null) return problem;
  }
  const stranger = cover.indexOf(null);
  if (stranger !== -1) return `R5: record ${log[stranger]} at ${stranger} was never appended`;
  for (const observation of history.observations) {
    const problem = observe(observation, log, cover);
    if (problem !== null) return problem;
  }
  return sweep(cover);
}

/** R1 to R4 for one append. */
function place(
  append: AppendOperation,
  log: readonly number[],
  positions: ReadonlyMap<number, number>,
  cover: (Placed | null)[],
): string | null {
  const { records, outcome, expected } = append;
  const start = positions.get(records[0] as number);
  if (start === undefined) {
    const strayed = records.find((record) => positions.has(record));
    if (strayed !== undefined) return `R1: only a part of the batch of record ${strayed} is in the log`;
    return outcome === "acknowledged" ? `R2: acknowledged record ${records[0]} is lost` : null;
  }
  if (outcome === "failed") return `R3: record ${records[0]} at ${start} was said to have failed`;
  if (outcome === "acknowledged" && append.start !== start)
    return `R2: record ${records[0]} was acknowledged at ${append.start} and is at ${start}`;
  if (expected !== null && expected !== start)
    return `R2: record ${records[0]} was to be at ${expected} and is at ${start}`;
  const placed = { start, earliest: append.invoked, latest: append.returned };
  for (const [offset, record] of records.entries()) {
    if (log[start + offset] !== record)
      return `R1: the batch of record ${records[0]} is torn at ${start + offset}`;
    cover[start + offset] = placed;
  }
  return null;
}

/** R6 and R7 for one observation: it narrows the time of the appends on both sides of the tail. */
function observe(
  seen: Observation,
  log: readonly number[],
  cover: readonly (Placed | null)[],
): string | null {
  const { from, records } = seen;
  for (const [offset, record] of records.entries())
    if (log[from + offset] !== record)
      return `R6: a read saw ${record} at ${from + offset}, where ${log[from + offset] ?? "nothing"} is`;
  const tailMin = records.length === 0 ? seen.tailMin : Math.max(seen.tailMin, from + records.length);
  if (tailMin > log.length) return `R7: the tail was seen at ${tailMin}, beyond the end ${log.length}`;
  if (tailMin > seen.tailMax)
    return `R7: the tail was seen at ${tailMin} or more and ${seen.tailMax} or less`;
  const inside = cover[tailMin - 1] ?? null;
  if (inside !== null) inside.latest = Math.min(inside.latest, seen.returned);
  const outside = cover[seen.tailMax] ?? null;
  if (outside !== null) outside.earliest = Math.max(outside.earliest, seen.invoked);
  // The tail can't rest inside a batch.
  if (outside !== null && outside === inside)
    return `R7: the tail was seen from ${tailMin} to ${seen.tailMax}, inside a batch`;
  return null;
}

/** R8: appends take effect in the order of their positions, each within its time. */
function sweep(cover: readonly (Placed | null)[]): string | null {
  let time = Number.NEGATIVE_INFINITY;
  for (const [position, placed] of cover.entries()) {
    if (placed === null || placed.start !== position) continue;
    time = Math.max(time, placed.earliest);
    if (time > placed.latest)
      return `R8: the append at ${position} took effect by ${placed.latest}, and not before ${time}`;
  }
  return null;
}
