import { BATCH_BYTES_MAX } from "../../src/log/limits.ts";
import type { Line } from "./lines.ts";
import { LINE_END_BYTES, lineToRecord } from "./records.ts";

/** Records that are appended together. */
export interface Batch {
  readonly count: number;
  /** One record per line, as `application/x-ndjson`. */
  readonly ndjson: string;
}

/**
 * Groups lines into batches of at most `recordsMax`, and of no more bytes than a batch may have. The same
 * lines always give the same batches, so it is safe to send them again.
 */
export async function* batchLines(lines: AsyncIterable<Line>, recordsMax: number): AsyncGenerator<Batch> {
  let records: string[] = [];
  let bytes = 0;
  const close = (): Batch => {
    const batch = { count: records.length, ndjson: `${records.join("\n")}\n` };
    records = [];
    bytes = 0;
    return batch;
  };
  for await (const line of lines) {
    const lineBytes = line.bytes.length + (line.terminated ? 0 : LINE_END_BYTES);
    if (records.length === recordsMax || (records.length > 0 && bytes + lineBytes > BATCH_BYTES_MAX))
      yield close();
    records.push(JSON.stringify(lineToRecord(line)));
    bytes += lineBytes;
  }
  if (records.length > 0) yield close();
}
