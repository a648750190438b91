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
 * The records of a page as a reader gets them: of JSON one array (§9.1.5), else one after the other, without the first
 * bytes, so many of them.
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

/** The native API appends texts and bytes to logs of JSON, too: they are shown as strings. */
function jsonValue({ format, value }: LogRecord): Uint8Array {
  if (format === "json") return value;
  const text = format === "text" ? decoder.decode(value) : encodeBase64(value.slice().buffer);
  return encoder.encode(JSON.stringify(text));
}
