import { z } from "@hono/zod-openapi";
import { decodeBase64 } from "hono/utils/encode";
import { HEADERS_MAX } from "../log/limits.ts";
import type { LogRecord } from "../log/records.ts";
import { type Extent, elementsOf, hasLoneSurrogate, memberOf, rootStart } from "./json-source.ts";
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

/** A record in JSON. */
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
 * A record, as it is stored. `source` is the text of `json`, if it has one. `at` is its position in the batch, for the
 * problem `invalid-body`.
 */
export function toRecord(input: RecordInput, source: Source | null, at: number): LogRecord {
  const { data, base64 } = input;
  const forms = Number(data !== undefined) + Number(source !== null) + Number(base64 !== undefined);
  if (forms > 1) throw notOneForm(at);
  const headers = input.headers === undefined ? [] : Object.entries(input.headers);
  if (source !== null) return jsonRecord(source, headers, at);
  if (data !== undefined) return { format: "text", headers, value: utf8.encode(data) };
  if (base64 !== undefined) return { format: "binary", headers, value: bytesOf(base64, at) };
  throw notOneForm(at);
}

/** A record with a JSON value, as the text that was sent. Throws the problem `invalid-body`. */
export function jsonRecord({ text, depth }: Source, headers: LogRecord["headers"], at: number): LogRecord {
  if (depth > JSON_DEPTH_MAX) throw invalidRecord(at, `is nested deeper than ${JSON_DEPTH_MAX}`);
  if (hasLoneSurrogate(text)) throw invalidRecord(at, "has a string that is not well-formed");
  return { format: "json", headers, value: utf8.encode(text) };
}

/** The text of a JSON value, and how deep it is nested. */
export interface Source {
  readonly text: string;
  readonly depth: number;
}

export function sourceAt(text: string, { start, end, depth }: Extent): Source {
  return { text: text.slice(start, end), depth };
}

/** The text of `json` in the record at `start`; null: it has none. */
export function recordSource(text: string, start: number): Source | null {
  const json = memberOf(text, start, "json");
  return json && sourceAt(text, json);
}

/** The texts of `json` in the records of a batch, `{"records":[…]}`, or of a message that has them. */
export function batchSources(text: string): readonly (Source | null)[] {
  const records = memberOf(text, rootStart(text), "records");
  if (records === null) return [];
  return elementsOf(text, records.start).map(({ start }) => recordSource(text, start));
}

function notOneForm(at: number): Problem {
  return invalidRecord(at, "needs exactly one of data, json and base64");
}

/** A problem for a record that does not have the documented shape. */
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
