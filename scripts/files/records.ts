import { isUtf8 } from "node:buffer";
import type { Line } from "./lines.ts";

/** Marks the record of a last line without a newline. */
const LINE_END_HEADER = { name: "line-end", none: "none" };

const NEWLINE = Buffer.from("\n");

/** The bytes that the header adds to a record. */
export const LINE_END_BYTES = LINE_END_HEADER.name.length + LINE_END_HEADER.none.length;

/** A record as it is sent and returned: it is returned in the form in which it was sent. */
export interface JsonRecord {
  readonly data?: string;
  readonly base64?: string;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Text if the bytes are valid UTF-8, otherwise base64. */
export function lineToRecord({ bytes, terminated }: Line): JsonRecord {
  const content = isUtf8(bytes) ? { data: bytes.toString("utf8") } : { base64: bytes.toString("base64") };
  return terminated ? content : { ...content, headers: { [LINE_END_HEADER.name]: LINE_END_HEADER.none } };
}

/** The line's bytes, including its newline if it had one. */
export function recordToBytes(record: JsonRecord): Buffer {
  const terminated = record.headers?.[LINE_END_HEADER.name] !== LINE_END_HEADER.none;
  return terminated ? Buffer.concat([contentBytes(record), NEWLINE]) : contentBytes(record);
}

function contentBytes({ data, base64, json }: JsonRecord): Buffer {
  if (base64 !== undefined) return Buffer.from(base64, "base64");
  return Buffer.from(data ?? JSON.stringify(json) ?? "", "utf8");
}
