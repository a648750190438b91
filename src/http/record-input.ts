import { z } from "@hono/zod-openapi";
import { decodeBase64 } from "hono/utils/encode";
import { HEADERS_MAX } from "../log/limits.ts";
import type { LogRecord } from "../log/records.ts";
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
    json: z.unknown().optional().openapi({ description: "Any JSON value; numbers are IEEE 754 doubles." }),
    base64: z.string().optional().openapi({ description: "Bytes (RFC 4648 §4, padded).", format: "byte" }),
    headers: headers.optional(),
  })
  .openapi("RecordInput", { description: "Exactly one of `data`, `json` and `base64`." });

export type RecordInput = z.infer<typeof recordInput>;

/** A record of the batch as it is stored. `at` is its position, for the problem `invalid-body`. */
export function toRecord(input: RecordInput, at: number): LogRecord {
  const forms =
    Number(input.data !== undefined) + Number("json" in input) + Number(input.base64 !== undefined);
  if (forms !== 1) throw invalidRecord(at, "needs exactly one of data, json and base64");
  const pairs = input.headers === undefined ? [] : Object.entries(input.headers);
  if (input.data !== undefined) return { format: "text", headers: pairs, value: utf8.encode(input.data) };
  if (input.base64 !== undefined)
    return { format: "binary", headers: pairs, value: bytesOf(input.base64, at) };
  assertPlain(input.json, at, 0);
  return { format: "json", headers: pairs, value: utf8.encode(JSON.stringify(input.json)) };
}

/** A record is not of the documented shape. */
function invalidRecord(at: number, what: string): Problem {
  return new Problem("invalid-body", `Record ${at} ${what}.`, { members: { record: at } });
}

function bytesOf(base64: string, at: number): Uint8Array {
  if (base64.length % 4 !== 0 || !base64Pattern.test(base64)) throw invalidRecord(at, "has malformed base64");
  return decodeBase64(base64);
}

/** What JSON can say but not carry: numbers beyond a double, halves of surrogate pairs, bottomless nesting. */
function assertPlain(value: unknown, at: number, depth: number): void {
  if (typeof value === "number" && !Number.isFinite(value))
    throw invalidRecord(at, "has a number that is too large");
  if (typeof value === "string" && !value.isWellFormed())
    throw invalidRecord(at, "has a string that is not well-formed");
  if (typeof value !== "object" || value === null) return;
  if (depth >= JSON_DEPTH_MAX) throw invalidRecord(at, `is nested deeper than ${JSON_DEPTH_MAX}`);
  for (const name of Array.isArray(value) ? [] : Object.keys(value)) assertPlain(name, at, depth);
  for (const inner of Object.values(value)) assertPlain(inner, at, depth + 1);
}

function isHeaders(value: unknown): value is Headers {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const pairs = Object.entries(value);
  return (
    pairs.length <= HEADERS_MAX &&
    pairs.every(([name, text]) => name.isWellFormed() && typeof text === "string" && text.isWellFormed())
  );
}
