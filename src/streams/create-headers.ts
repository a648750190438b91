import { z } from "@hono/zod-openapi";
import { naturalParameter } from "../http/parameters.ts";
import { invalidRequest } from "../http/validation.ts";
import { EXPIRES_AT_MAX, TTL_SECONDS_MAX } from "../log/limits.ts";
import { closingHeader } from "./headers.ts";
import { parseOffset } from "./offset.ts";

const offset = z.string().transform((token, context) => {
  const place = parseOffset(token);
  if (place !== null) return place;
  context.addIssue({ code: "custom", message: "must be an offset of this server" });
  return z.NEVER;
});

/** The headers of `PUT` with the stream's settings (§5.1). */
export const createHeaders = z.object({
  "stream-ttl": naturalParameter(0, TTL_SECONDS_MAX)
    .optional()
    .openapi({ description: "It expires when it was not used for this long, s." }),
  "stream-expires-at": z.iso
    .datetime({ offset: true, message: "must be an RFC 3339 timestamp" })
    .transform((text) => Math.min(Math.max(0, Date.parse(text)), EXPIRES_AT_MAX))
    .optional()
    .openapi({ description: "It expires then. Not together with `Stream-TTL`." }),
  "stream-closed": closingHeader,
  "stream-forked-from": z.string().optional().openapi({
    description: "Makes it a fork of this stream of the cluster, given by its path on this server.",
  }),
  "stream-fork-offset": offset
    .optional()
    .openapi({ description: "Where in its source the fork begins; by default at the source's end." }),
  "stream-fork-sub-offset": naturalParameter()
    .optional()
    .openapi({ description: "This many messages, or bytes, after `Stream-Fork-Offset`." }),
});

type CreateHeaders = z.infer<typeof createHeaders>;

/** When a stream expires: after some idle seconds, or at a time in ms since the epoch. */
export interface Expiry {
  readonly ttlSeconds: number | null;
  readonly expiresAt: number | null;
}

/** Throws the problem `invalid-request` if both are given. */
export function expiryOf(headers: CreateHeaders): Expiry {
  const { "stream-ttl": ttlSeconds = null, "stream-expires-at": expiresAt = null } = headers;
  if (ttlSeconds === null || expiresAt === null) return { ttlSeconds, expiresAt };
  throw invalidRequest("header", [{ path: ["stream-ttl"], message: "excludes Stream-Expires-At: give one" }]);
}

/** The source of a fork. Without an anchor, the fork has all of it. */
export interface ForkWish {
  readonly sourceName: string;
  readonly anchor: number | null;
  /** Messages, or bytes, after the anchor … */
  readonly subOffset: number;
  /** … and bytes, if the anchor lies within a record. */
  readonly byte: number;
}

/** Null if no fork is asked for. `nameOf` reads a source's path. Throws the problem `invalid-request`. */
export function forkWishOf(headers: CreateHeaders, nameOf: (path: string) => string): ForkWish | null {
  const {
    "stream-forked-from": from,
    "stream-fork-offset": anchor,
    "stream-fork-sub-offset": subOffset,
  } = headers;
  if (from !== undefined)
    return {
      sourceName: nameOf(from),
      anchor: anchor?.seq ?? null,
      subOffset: subOffset ?? 0,
      byte: anchor?.byte ?? 0,
    };
  if (anchor === undefined && subOffset === undefined) return null;
  const path = anchor === undefined ? "stream-fork-sub-offset" : "stream-fork-offset";
  throw invalidRequest("header", [{ path: [path], message: "needs Stream-Forked-From" }]);
}
