import { encodeRecords, type LogRecord } from "../../src/log/records.ts";
import { plainState } from "../../src/log/state.ts";
import { type LogState, toSeq } from "../../src/log/types.ts";
import { toIndex } from "../../src/raft/types.ts";
import type { Page } from "../../src/transport/protocol.ts";

const utf8 = new TextEncoder();

export const json = (value: unknown): LogRecord => ({ ...text(JSON.stringify(value)), format: "json" });
export const text = (value: string): LogRecord => ({
  format: "text",
  headers: [],
  value: utf8.encode(value),
});
export const bytes = (...value: number[]): LogRecord => ({
  format: "binary",
  headers: [],
  value: Uint8Array.from(value),
});

/** A page of these records from `from` on, which reaches the tail unless `tail` is given. */
export function pageOf(
  records: readonly LogRecord[],
  { from = 0, tail, ...state }: Partial<LogState> & { readonly from?: number; readonly tail?: number } = {},
): Page {
  const next = toSeq(from + records.length);
  const count = records.length;
  return {
    kind: "page",
    log: toIndex(5),
    from: toSeq(from),
    next,
    tail: toSeq(tail ?? next),
    earliest: toSeq(0),
    complete: tail === undefined,
    batches:
      count === 0 ? [] : [{ start: toSeq(from), count, timestamp: 1, records: encodeRecords(records) }],
    state: { ...plainState(toSeq(0), 1), ...state },
    timestamp: 1,
  };
}
