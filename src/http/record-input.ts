import { z } from "@hono/zod-openapi";
import { decodeBase64 } from "hono/utils/encode";
import { HEADERS_MAX } from "../log/limits.ts";
import type { LogRecord } from "../log/records.ts";
import { type Extent, elementsOf, hasLoneSurrogate, memberOf, rootOf } from "./json-source.ts";
import { Problem } from "./problem.ts";

/** How deep a JSON value may be nested. */
export const JSON_DEPTH_MAX = 128;

const utf8 = new TextEncoder();
const base64Pattern = /^[A-Za-z0-9+/]*={0,2}$/;

type Headers = Readonly<Record<string, string>>;

/** Not `z.record`, which drops the name `__proto__`. */
const headers = z
  .custom<Headers>(isHeaders, `must be an object of at most ${HEADERS_MAX} well-formed strings`)
  .openapi({ type: "object", additionalProperties: { type: "string" }, maxProperties: HEADERS_MAX });

/** A record as JSON gives it. */
export const recordInput = z
  .strictObject({
    data: z
      .string()
      .refine((text) => text.isWellFormed(), "must be well-formed Unicode")
      .optional()
      .openapi({ description: "A text." }),
    json: z.unknown().optional().openapi({
      description: "Any JSON value. It is kept, and comes back, as the text that was sent.",
    }),
    base64: z.string().optional().openapi({ description: "Bytes (RFC 4648 §4, padded).", format: "byte" }),
    headers: headers.optional(),
  })
  .openapi("RecordInput", { description: "Exactly one of `data`, `json` and `base64`." });

export type RecordInput = z.infer<typeof recordInput>;

/**
 * A record of the batch as it is stored; `source` is the text of `json`, where it has one. `at` is its position, for the
 * problem `invalid-body`.
 */
export function toRecord(input: RecordInput, source: Source, at: number): LogRecord {
  const forms =
    Number(input.data !== undefined) + Number(source !== null) + Number(input.base64 !== undefined);
  if (forms !== 1) throw invalidRecord(at, "needs exactly one of data, json and base64");
  const pairs = input.headers === undefined ? [] : Object.entries(input.headers);
  if (input.data !== undefined) return { format: "text", headers: pairs, value: utf8.encode(input.data) };
  if (input.base64 !== undefined)
    return { format: "binary", headers: pairs, value: bytesOf(input.base64, at) };
  return jsonRecord(source, pairs, at);
}

/** A record that is a JSON value, as the text that was sent. Throws the problem `invalid-body`. */
export function jsonRecord(source: Source, headers: LogRecord["headers"], at: number): LogRecord {
  const { text, depth } = source ?? { text: "null", depth: 0 };
  if (depth > JSON_DEPTH_MAX) throw invalidRecord(at, `is nested deeper than ${JSON_DEPTH_MAX}`);
  if (hasLoneSurrogate(text)) throw invalidRecord(at, "has a string that is not well-formed");
  return { format: "json", headers, value: utf8.encode(text) };
}

/** The text of a JSON value, and how deep it is nested; null: there is none. */
export type Source = { readonly text: string; readonly depth: number } | null;

export function sourceAt(text: string, extent: Extent | null): Source {
  return extent && { text: text.slice(extent.start, extent.end), depth: extent.depth };
}

/** The texts of `json` in the records of a batch, `{"records":[…]}`, or of a message that has them. */
export function batchSources(text: string): readonly Source[] {
  const records = memberOf(text, rootOf(text).start, "records");
  if (records === null) return [];
  return elementsOf(text, records.start).map(({ start }) => sourceAt(text, memberOf(text, start, "json")));
}

/** A record is not of the documented shape. */
function invalidRecord(at: number, what: string): Problem {
  return new Problem("invalid-body", `Record ${at} ${what}.`, { members: { record: at } });
}

function bytesOf(base64: string, at: number): Uint8Array {
  if (base64.length % 4 !== 0 || !base64Pattern.test(base64)) throw invalidRecord(at, "has malformed base64");
  return decodeBase64(base64);
}

function isHeaders(value: unknown): value is Headers {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const pairs = Object.entries(value);
  return (
    pairs.length <= HEADERS_MAX &&
    pairs.every(([name, text]) => name.isWellFormed() && typeof text === "string" && text.isWellFormed())
  );
}
