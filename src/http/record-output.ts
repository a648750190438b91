import { z } from "@hono/zod-openapi";
import { encodeBase64 } from "hono/utils/encode";
import type { LogRecord } from "../log/records.ts";
import type { PlacedRecord } from "./page.ts";

/** A record in JSON, in the form in which it was sent. */
export const recordOutput = z
  .object({
    seq: z.int().min(0),
    timestamp: z
      .int()
      .openapi({ description: "The leader's clock, ms since the epoch; never decreasing within a log." }),
    headers: z.record(z.string(), z.string()),
    data: z.string().optional(),
    json: z.unknown().optional(),
    base64: z.string().optional(),
  })
  .openapi("Record", { description: "Exactly one of `data`, `json` and `base64`." });

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A record as one line of JSON. Line ends in a value are between its tokens, and become spaces. */
export function recordLine(placed: PlacedRecord): string {
  return recordJson(placed).replaceAll(/[\n\r]/g, " ");
}

/** A record as JSON. A JSON value is returned as it was sent, so it may have line ends. */
export function recordJson({ seq, timestamp, record }: PlacedRecord): string {
  const headers = record.headers.length === 0 ? "{}" : JSON.stringify(Object.fromEntries(record.headers));
  return `{"seq":${seq},"timestamp":${timestamp},"headers":${headers},${valueJson(record)}}`;
}

function valueJson({ format, value }: LogRecord): string {
  switch (format) {
    case "text":
      return `"data":${JSON.stringify(utf8.decode(value))}`;
    case "json":
      return `"json":${utf8.decode(value)}`;
    case "binary":
      return `"base64":"${encodeBase64(value.slice().buffer)}"`;
  }
}
