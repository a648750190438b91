import { JSON_BODY_BYTES_MAX } from "../http/append-body.ts";
import { decodeText, isUtf8, parseJson, readBody } from "../http/body.ts";
import { elementsOf, rootStart, valueAt } from "../http/json-source.ts";
import { parseMediaType } from "../http/media-type.ts";
import { Problem } from "../http/problem.ts";
import { jsonRecord, sourceAt } from "../http/record-input.ts";
import { JSON_TYPE } from "../log/decide-append.ts";
import { BATCH_BYTES_MAX, RECORD_BYTES_MAX } from "../log/limits.ts";
import { encodeRecords, type LogRecord } from "../log/records.ts";
import type { Batch } from "../log/types.ts";

/** Messages of one JSON body, at most. Clients gather all that wait, and a batch is one entry. */
export const MESSAGES_MAX = 50_000;

/** Reads the body, within the limit of its type. Throws the problems of `readBody`. */
export function readMessages(request: Request): Promise<Uint8Array> {
  const { essence } = parseMediaType(request.headers.get("Content-Type"));
  return readBody(request, essence === JSON_TYPE ? JSON_BODY_BYTES_MAX : RECORD_BYTES_MAX);
}

/**
 * The records of a body. The bytes are one record. For JSON (§9.1) the value is one record, or each element of an
 * array. Throws the problems `invalid-body` and `too-many-records`.
 */
export function toRecords(body: Uint8Array, contentType: string | null): readonly LogRecord[] {
  if (contentType !== JSON_TYPE) return body.length === 0 ? [] : [bytesRecord(body)];
  if (body.length === 0) return [];
  const text = decodeText(body);
  const isList = Array.isArray(parseJson(text));
  const start = rootStart(text);
  const messages = isList ? elementsOf(text, start) : [valueAt(text, start)];
  if (messages.length > MESSAGES_MAX) {
    const detail = `A body has at most ${MESSAGES_MAX} messages.`;
    throw new Problem("too-many-records", detail, { members: { records_max: MESSAGES_MAX } });
  }
  return messages.map((extent, at) => jsonRecord(sourceAt(text, extent), [], at));
}

/** A record of bytes, as a text if they are UTF-8. */
export function bytesRecord(value: Uint8Array): LogRecord {
  return { format: isUtf8(value) ? "text" : "binary", headers: [], value };
}

/** The batch of some records; null for none. Throws the problem `batch-too-large`. */
export function toBatch(records: readonly LogRecord[]): Batch | null {
  if (records.length === 0) return null;
  const bytes = records.reduce((sum, { value }) => sum + value.length, 0);
  if (bytes <= BATCH_BYTES_MAX) return { count: records.length, records: encodeRecords(records) };
  const detail = `The messages have ${bytes} bytes; the limit is ${BATCH_BYTES_MAX}.`;
  throw new Problem("batch-too-large", detail, { members: { bytes, bytes_max: BATCH_BYTES_MAX } });
}
