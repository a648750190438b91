import { encodeBase64 } from "hono/utils/encode";
import { concat } from "../http/concat.ts";
import { recordsOf } from "../http/page.ts";
import type { LogRecord } from "../log/records.ts";
import type { Page } from "../transport/protocol.ts";
import type { ContentKind } from "./content-type.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });
const signs = { open: encoder.encode("["), comma: encoder.encode(","), close: encoder.encode("]") };

/**
 * The records of a page for a reader: for JSON one array (§9.1.5), else the bytes one after the other, without the
 * first `skip` bytes.
 */
export function pageBody(page: Page, kind: ContentKind, skip = 0): Uint8Array<ArrayBuffer> {
  const records = Array.from(recordsOf(page), ({ record }) => record);
  if (kind !== "json") return concat(records.map(({ value }) => value)).subarray(skip);
  return jsonArray(records);
}

function jsonArray(records: readonly LogRecord[]): Uint8Array<ArrayBuffer> {
  const parts = records.flatMap((record) => [signs.comma, jsonValue(record)]);
  return concat([signs.open, ...parts.slice(1), signs.close]);
}

/** Logs of JSON may also hold texts and bytes, which are shown as strings. */
function jsonValue({ format, value }: LogRecord): Uint8Array {
  if (format === "json") return value;
  const text = format === "text" ? decoder.decode(value) : encodeBase64(value.slice().buffer);
  return encoder.encode(JSON.stringify(text));
}
