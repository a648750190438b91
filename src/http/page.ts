import { decodeRecords, type LogRecord } from "../log/records.ts";
import type { Page } from "../transport/protocol.ts";

/** A record at its place in its log. */
export interface PlacedRecord {
  readonly seq: number;
  /** The leader's clock when it was appended, ms since the epoch. */
  readonly timestamp: number;
  readonly record: LogRecord;
}

/** The records of a page. Its batches may hold others before and after them, and, in a fork, beyond their `count`. */
export function* recordsOf({ batches, from, next }: Page): Generator<PlacedRecord> {
  for (const { start, count, timestamp, records } of batches) {
    for (const [at, record] of decodeRecords(records).entries()) {
      const seq = start + at;
      if (at < count && seq >= from && seq < next) yield { seq, timestamp, record };
    }
  }
}
