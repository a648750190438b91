import { z } from "@hono/zod-openapi";
import type { PageStart } from "../transport/protocol.ts";
import { consistencyQuery, naturalParameter } from "./parameters.ts";
import { accessTokenQuery } from "./query-token.ts";

const placePattern = /^(earliest|tail|0|-?[1-9][0-9]*)$/;
const timePrefix = "time:";
/** RFC 3339, with an offset. */
const dateTime = z.iso.datetime({ offset: true });

const fromParameter = z
  .string()
  .transform((text, context): PageStart => {
    const start = text.startsWith(timePrefix) ? timeStart(text.slice(timePrefix.length)) : placeStart(text);
    if (typeof start !== "string") return start;
    context.addIssue(start);
    return z.NEVER;
  })
  .openapi({
    type: "string",
    description:
      "Where to begin: a sequence number, `earliest`, `tail` (the next record), `-N` (the last N records), or `time:T` (the first record that was appended at T or later: ms since the epoch, or RFC 3339, whose + is written %2B).",
  });

export const readQuery = z
  .strictObject({
    ...consistencyQuery,
    ...accessTokenQuery,
    from: fromParameter.default({ at: "earliest" }).openapi({ default: "earliest" }),
    until: naturalParameter()
      .optional()
      .openapi({ description: "Of pages: where to end; no record at or after this sequence number." }),
    limit: naturalParameter(1, 10_000)
      .optional()
      .openapi({ description: "Of pages: records, at most; 1000 by default, 1 of raw bytes." }),
    max_bytes: naturalParameter(1, 4_194_304).default(1_048_576).openapi({
      description: "Of pages: stored bytes, at most, in whole batches; there is always one batch.",
      default: 1_048_576,
    }),
    wait: naturalParameter(0, 30_000).default(0).openapi({
      description:
        "Of pages: if there is nothing to read yet, wait this long for it, ms (long poll), but no longer than half of the log's `ttl_s`. There is no wait at the end of a closed log. Of events: between signs of life. Not of a WebSocket.",
      default: 0,
    }),
  })
  .refine(({ from, until }) => until === undefined || from.at !== "seq" || from.seq <= until, {
    path: ["until"],
    message: "must not be less than from",
  });

export const readHeaders = z.object({
  "last-event-id": z.string().optional().openapi({
    description: "Of events: the id of the last one that arrived; the stream continues after it.",
  }),
  "if-none-match": z
    .string()
    .optional()
    .openapi({ description: "The `ETag` of a cached page: 304 if it is still valid." }),
});

export type ReadQuery = z.infer<typeof readQuery>;

/** A place in a log, or an error text. */
function placeStart(text: string): PageStart | string {
  if (!placePattern.test(text)) return "must be a sequence number, earliest, tail, -N or time:T";
  if (text === "earliest" || text === "tail") return { at: text };
  const number = Number(text);
  if (!Number.isSafeInteger(number)) return "must be at most 2^53 - 1";
  return text.startsWith("-") ? { at: "last", count: -number } : { at: "seq", seq: number };
}

/** A time, or an error text. */
function timeStart(text: string): PageStart | string {
  const isNumber = /^(0|[1-9][0-9]*)$/.test(text);
  if (!isNumber && !dateTime.safeParse(text).success)
    return "must be time: and ms since the epoch, or an RFC 3339 date and time with its offset";
  const timestamp = isNumber ? Number(text) : Date.parse(text);
  if (!Number.isSafeInteger(timestamp) || timestamp < 0) return "must be a time from 1970 on";
  return { at: "time", timestamp };
}
