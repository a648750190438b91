import { z } from "@hono/zod-openapi";
import { BATCH_BYTES_MAX, BATCH_RECORDS_MAX, RECORD_BYTES_MAX } from "../log/limits.ts";
import { encodeRecords, type LogRecord, recordBytes } from "../log/records.ts";
import type { AppendCommand } from "../log/types.ts";
import { decodeText, isUtf8, parseJson, readBody, reasonOf } from "./body.ts";
import { rootStart } from "./json-source.ts";
import { mediaTypes, parseMediaType } from "./media-type.ts";
import { Problem } from "./problem.ts";
import {
  batchSources,
  type RecordInput,
  recordInput,
  recordSource,
  type Source,
  toRecord,
} from "./record-input.ts";
import { invalidBody } from "./validation.ts";

/** Bytes of a JSON or NDJSON body: room for a full batch with every character escaped. */
export const JSON_BODY_BYTES_MAX = 8 * 1_048_576;

/** The longest value that a problem repeats, characters. */
const shownValueLengthMax = 200;

/** The body of an append as `application/json`. */
export const batchInput = z
  .strictObject({ records: z.array(recordInput).min(1).max(BATCH_RECORDS_MAX) })
  .openapi("BatchInput");

/**
 * The records in the body of an append: one batch, within all limits. Throws the problems of `readBody`,
 * `invalid-body`, `record-too-large`, `batch-too-large`, `too-many-records` and `unsupported-media-type`.
 */
export async function readBatch(request: Request): Promise<readonly LogRecord[]> {
  const { essence, charset } = parseMediaType(request.headers.get("Content-Type"));
  if (essence === mediaTypes.framed) {
    throw new Problem("unsupported-media-type", `${essence} can only be read. Append JSON or NDJSON.`);
  }
  const isNdjson = essence === mediaTypes.ndjson;
  if (!isNdjson && essence !== mediaTypes.json) return [rawRecord(await readBody(request, RECORD_BYTES_MAX))];
  if (charset !== null && charset !== "utf-8")
    throw new Problem("unsupported-media-type", "JSON must be UTF-8.");
  const bytes = await readBody(request, JSON_BODY_BYTES_MAX);
  if (bytes.length === 0) throw new Problem("invalid-body", "The body is empty.");
  const text = decodeText(bytes);
  return isNdjson ? ndjsonBatch(text) : jsonBatch(text);
}

/**
 * The records that JSON gives, as one batch; `sources` are the texts of their `json`. Throws `invalid-body`,
 * `record-too-large` and `batch-too-large`.
 */
export function toBatch(
  inputs: readonly RecordInput[],
  sources: readonly (Source | null)[],
): readonly LogRecord[] {
  return withinLimits(inputs.map((input, at) => toRecord(input, sources[at] ?? null, at)));
}

/** A batch of these records. If all are JSON values, a log of JSON accepts it. */
export function batchOf(
  records: readonly LogRecord[],
): Pick<AppendCommand, "count" | "records" | "contentType"> {
  const isJson = records.every(({ format }) => format === "json");
  const contentType = isJson ? mediaTypes.json : null;
  return { count: records.length, records: encodeRecords(records), contentType };
}

function rawRecord(value: Uint8Array): LogRecord {
  if (value.length === 0) throw new Problem("invalid-body", "The body is empty.");
  return { format: isUtf8(value) ? "text" : "binary", headers: [], value };
}

function jsonBatch(text: string): readonly LogRecord[] {
  const value = parseJson(text);
  if (!hasRecords(value)) throw noEnvelope(text);
  assertCount(value);
  const parsed = batchInput.safeParse(value);
  if (!parsed.success) throw invalidShape(parsed.error);
  return toBatch(parsed.data.records, batchSources(text));
}

function hasRecords(value: unknown): value is { readonly records: unknown } {
  return typeof value === "object" && value !== null && "records" in value;
}

/** A client that sends a bare value probably wants to append it, so the problem says how. */
function noEnvelope(text: string): Problem {
  const value = text.length <= shownValueLengthMax ? text.trim() : "…";
  const detail = `A body of application/json is {"records":[…]}. To append one JSON value send {"records":[{"json":${value}}]}; to append the body as it is, give it another Content-Type, such as text/plain.`;
  return new Problem("invalid-body", detail);
}

/** Refuses a huge array before its records are checked. */
function assertCount({ records }: { readonly records: unknown }): void {
  if (Array.isArray(records) && records.length > BATCH_RECORDS_MAX) throw tooMany();
}

function ndjsonBatch(text: string): readonly LogRecord[] {
  const lines: { readonly number: number; readonly text: string }[] = [];
  for (const line of filledLines(text)) {
    if (lines.length === BATCH_RECORDS_MAX) throw tooMany();
    lines.push(line);
  }
  if (lines.length === 0) throw new Problem("invalid-body", "The body has blank lines only.");
  const records = lines.map(({ number, text: line }, at) => {
    const parsed = recordInput.safeParse(parseLine(line, number, at));
    if (!parsed.success) throw invalidShape(parsed.error, at);
    return toRecord(parsed.data, recordSource(line, rootStart(line)), at);
  });
  return withinLimits(records);
}

/** The lines that are not blank, with their numbers, from 1. */
function* filledLines(text: string): Generator<{ readonly number: number; readonly text: string }> {
  for (let start = 0, number = 1; start < text.length; number += 1) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(start, end);
    if (!isBlank(line)) yield { number, text: line };
    start = end + 1;
  }
}

/** White space as in JSON (RFC 8259 §2). */
function isBlank(line: string): boolean {
  return /^[ \t\r]*$/.test(line);
}

function parseLine(text: string, line: number, record: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const detail = `Line ${line}, record ${record}, is not valid JSON: ${reasonOf(cause)}`;
    throw new Problem("invalid-body", detail, { members: { record, line }, cause });
  }
}

function withinLimits(records: readonly LogRecord[]): readonly LogRecord[] {
  let sum = 0;
  for (const [at, record] of records.entries()) {
    const bytes = recordBytes(record);
    if (bytes > RECORD_BYTES_MAX) throw recordTooLarge(at, bytes);
    sum += bytes;
  }
  if (sum <= BATCH_BYTES_MAX) return records;
  const detail = `The batch has ${sum} bytes; it may have ${BATCH_BYTES_MAX}.`;
  throw new Problem("batch-too-large", detail, { members: { bytes: sum, bytes_max: BATCH_BYTES_MAX } });
}

function recordTooLarge(at: number, bytes: number): Problem {
  const detail = `Record ${at} has ${bytes} bytes; it may have ${RECORD_BYTES_MAX}.`;
  return new Problem("record-too-large", detail, {
    members: { record: at, bytes, bytes_max: RECORD_BYTES_MAX },
  });
}

function tooMany(): Problem {
  const detail = `A batch has at most ${BATCH_RECORDS_MAX} records.`;
  return new Problem("too-many-records", detail, { members: { records_max: BATCH_RECORDS_MAX } });
}

/** `at` is the record's position, if the path does not name it. */
function invalidShape({ issues }: z.ZodError, at?: number): Problem {
  if (at !== undefined) {
    return invalidBody(
      issues.map(({ path, message }) => ({ path: [at, ...path], message })),
      at,
    );
  }
  const position = issues[0]?.path[1];
  return invalidBody(issues, typeof position === "number" ? position : undefined);
}
