import { isEnd } from "../transport/page.ts";
import type { Page } from "../transport/protocol.ts";
import { mediaTypes } from "./media-type.ts";
import { type PlacedRecord, recordsOf } from "./page.ts";
import { type AskedPage, isSettled, keptHeaders } from "./page-cache.ts";
import { recordJson, recordLine } from "./record-output.ts";

/** A page as a response in one of its formats. `index` is the committed index as of which it is true. */
export function pageResponse(asked: AskedPage, page: Page, index: number): Response {
  const headers = pageHeaders(page, index);
  headers.set("Content-Type", mediaTypes[asked.format]);
  if (isSettled(asked, page))
    for (const [name, value] of Object.entries(keptHeaders(asked, page.log))) headers.set(name, value);
  switch (asked.format) {
    case "json":
      return new Response(jsonPage(page), { headers });
    case "ndjson":
      return new Response(lines(page), { headers });
    case "framed":
      return new Response(framed(page), { headers });
    case "raw":
      return rawRecord(page, headers);
  }
}

/** The headers of every page, in every format. */
export function pageHeaders(page: Page, index: number): Headers {
  return new Headers({
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Timberline-Index": String(index),
    "Timberline-Next": String(page.next),
    "Timberline-Tail": String(page.tail),
    "Timberline-Complete": String(page.complete),
    "Timberline-Closed": String(isEnd(page)),
  });
}

function jsonPage(page: Page): string {
  const records = Array.from(recordsOf(page), recordJson).join(",");
  const { next, tail, complete } = page;
  const rest = JSON.stringify({ next, tail, complete, closed: isEnd(page) });
  return `{"records":[${records}],${rest.slice(1)}`;
}

function lines(page: Page): string {
  return Array.from(recordsOf(page), (placed) => `${recordLine(placed)}\n`).join("");
}

/** The bytes of one record; 204 if there is none yet. */
function rawRecord(page: Page, headers: Headers): Response {
  const [placed] = recordsOf(page);
  if (placed === undefined) {
    headers.delete("Content-Type");
    return new Response(null, { status: 204, headers });
  }
  headers.set("Timberline-Seq", String(placed.seq));
  headers.set("Timberline-Timestamp", String(placed.timestamp));
  return new Response(placed.record.value.slice(), { headers });
}

/** For each record its length (4 bytes, big-endian) and its bytes. */
function framed(page: Page): Uint8Array<ArrayBuffer> {
  const values = Array.from(recordsOf(page), ({ record }: PlacedRecord) => record.value);
  const bytes = new Uint8Array(values.reduce((sum, value) => sum + 4 + value.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const value of values) {
    view.setUint32(at, value.length);
    bytes.set(value, at + 4);
    at += 4 + value.length;
  }
  return bytes;
}
