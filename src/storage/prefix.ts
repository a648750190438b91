/** The limits of an answer. It holds at least one item. */
export interface Room {
  readonly recordsMax: number;
  readonly bytesMax: number;
}

/** The size that one more batch or entry adds to an answer. */
export interface Extent {
  readonly records: number;
  readonly bytes: number;
}

/** The items of an answer, up to `recordsMax` records and `bytesMax` bytes. Takes no more of `items` than needed. */
export function takeWithin<T>(
  items: Iterable<T>,
  { recordsMax, bytesMax }: Room,
  extentOf: (item: T) => Extent,
): T[] {
  const taken: T[] = [];
  let recordsSum = 0;
  let bytesSum = 0;
  for (const item of items) {
    const { records, bytes } = extentOf(item);
    bytesSum += bytes;
    if (taken.length > 0 && bytesSum > bytesMax) break;
    taken.push(item);
    recordsSum += records;
    if (recordsSum >= recordsMax) break;
  }
  return taken;
}

/** Limits in bytes only. */
export function bytesRoom(bytesMax: number): Room {
  return { recordsMax: Number.POSITIVE_INFINITY, bytesMax };
}

/** The records of a batch at or after `from`. */
export function recordsFrom(from: number, batch: { readonly start: number; readonly count: number }): number {
  return batch.start + batch.count - Math.max(batch.start, from);
}
