import { CodecError } from "./codec-error.ts";
import { pack, toBytes, toNatural, toText, unpack } from "./packed.ts";

/** The form in which a record was sent, and in which it is returned. */
export type RecordFormat = "text" | "json" | "binary";

export interface LogRecord {
  readonly format: RecordFormat;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** UTF-8 of a text; of a JSON value, as it was written; any bytes of a binary record. */
  readonly value: Uint8Array;
}

/** Positions in this list are stored: add only at the end. */
const formats: readonly RecordFormat[] = ["text", "json", "binary"];

const utf8 = new TextEncoder();

/** Encodes a batch, as it is replicated and stored. */
export function encodeRecords(records: readonly LogRecord[]): Uint8Array {
  return pack(
    records.map(({ format, headers, value }) => [formats.indexOf(format), value, ...headers.flat()]),
  );
}

/** The batch that `encodeRecords` encoded. Values are views on `bytes`. Throws `CodecError`. */
export function decodeRecords(bytes: Uint8Array): LogRecord[] {
  return unpack(bytes).map(toRecord);
}

function toRecord(packed: unknown): LogRecord {
  if (!Array.isArray(packed)) throw new CodecError("a record is missing");
  const [formatPlace, value, ...names]: readonly unknown[] = packed;
  const format = formats[toNatural(formatPlace)];
  if (format === undefined) throw new CodecError("a record's format is not known");
  return { format, headers: toPairs(names), value: toBytes(value) };
}

function toPairs(fields: readonly unknown[]): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i < fields.length; i += 2) pairs.push([toText(fields[i]), toText(fields[i + 1])]);
  return pairs;
}

/** The size that `RECORD_BYTES_MAX` bounds: the value, and the names and values of headers in UTF-8. */
export function recordBytes(record: LogRecord): number {
  const headerBytes = record.headers.flat().map((text) => utf8.encode(text).length);
  return headerBytes.reduce((sum, bytes) => sum + bytes, record.value.length);
}
