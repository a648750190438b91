import { stat } from "node:fs/promises";
import { RECORD_BYTES_MAX } from "../../src/log/limits.ts";
import { batchLines } from "./batches.ts";
import { RefusedError, requestJson } from "./http.ts";
import { LineTooLongError, readLines } from "./lines.ts";
import { LINE_END_BYTES } from "./records.ts";

export interface AppendFileOptions {
  /** The address of the cluster. */
  readonly url: string;
  /** The log; it is created if it does not exist. */
  readonly log: string;
  readonly file: string;
  /** The most records in a batch. */
  readonly batch: number;
  /** The producer: the same file in the same batches of the same producer is appended only once. */
  readonly producer: string;
  /** Called with the reason when there is no answer yet. */
  readonly onSilence?: (why: string) => void;
  /** Called with the number of acknowledged records, and the total. */
  readonly onProgress: (done: number, total: number) => void;
}

export interface AppendFileSummary {
  readonly records: number;
  /** The position of the first record; null for an empty file. */
  readonly start: number | null;
  /** One past the last record. */
  readonly end: number | null;
  /** Records that an earlier run had appended. */
  readonly duplicates: number;
}

interface AppendAnswer {
  readonly start: number;
  readonly end: number;
  readonly duplicate: boolean;
}

/**
 * Appends a file, every line one record, exactly once even through lost messages and crashes. All lines are
 * checked before the first is sent. Throws `LineTooLongError`, `RefusedError` and `UnavailableError`.
 */
export async function appendFile(options: AppendFileOptions): Promise<AppendFileSummary> {
  const total = await countLines(options.file);
  const logUrl = new URL(`/v1/logs/${encodeURIComponent(options.log)}`, options.url);
  await requestJson(logUrl, { method: "PUT" }, options.onSilence);
  const recordsUrl = new URL(`${logUrl.pathname}/records`, logUrl);
  let summary: AppendFileSummary = { records: 0, start: null, end: null, duplicates: 0 };
  let producerSeq = 0;
  for await (const batch of batchLines(readLines(options.file, RECORD_BYTES_MAX), options.batch)) {
    const answer = await requestJson<AppendAnswer>(recordsUrl, {
      method: "POST",
      headers: {
        "Content-Type": "application/x-ndjson",
        "Producer-Id": options.producer,
        "Producer-Epoch": "0",
        "Producer-Seq": String(producerSeq),
      },
      body: batch.ndjson,
    });
    assertSameBatch(answer, batch.count, producerSeq);
    producerSeq += 1;
    summary = addBatch(summary, answer);
    options.onProgress(summary.records, total);
  }
  return summary;
}

/** Throws `LineTooLongError`. */
async function countLines(file: string): Promise<number> {
  if (!(await stat(file)).isFile())
    throw new Error(`${file} is not a regular file, and the file must be read twice`);
  let count = 0;
  for await (const line of readLines(file, RECORD_BYTES_MAX)) {
    count += 1;
    if (!line.terminated && line.bytes.length + LINE_END_BYTES > RECORD_BYTES_MAX) {
      throw new LineTooLongError(count, RECORD_BYTES_MAX - LINE_END_BYTES);
    }
  }
  return count;
}

/** A duplicate gets the positions of the first attempt. They show if the batch was a different one then. */
function assertSameBatch(answer: AppendAnswer, count: number, producerSeq: number): void {
  if (answer.end - answer.start === count) return;
  throw new RefusedError(
    `batch ${producerSeq} has ${count} records, but this producer appended ${answer.end - answer.start} there: ` +
      "resume with the same file and the same --batch as in the first run",
  );
}

const addBatch = (
  summary: AppendFileSummary,
  { start, end, duplicate }: AppendAnswer,
): AppendFileSummary => ({
  records: summary.records + (end - start),
  start: summary.start ?? start,
  end,
  duplicates: summary.duplicates + (duplicate ? end - start : 0),
});
