import { z } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import type { AppEnv } from "./env.ts";

/** The parameter that carries a token (RFC 6750 §2.3). */
export const ACCESS_TOKEN = "access_token";

/** The longest life of a token in a URL, s, because a URL is easily stored somewhere. */
export const QUERY_TOKEN_S = 3_600;

/** For operations that a browser's `EventSource` or `WebSocket` opens, which can't send `Authorization`. */
export const accessTokenQuery = {
  [ACCESS_TOKEN]: z.string().optional().openapi({
    description:
      "Of event streams and WebSockets: the token, if no header can carry it. It must expire within an hour.",
  }),
};

/** The tokens in the query of a request. */
export function queryTokens(c: Context): readonly string[] {
  return c.req.queries(ACCESS_TOKEN) ?? [];
}

/** Keeps the answer to a URL that carries a token out of caches, and the URL out of `Referer` (RFC 6750 §5.3). */
export const hideQueryToken: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  // A socket's answer must stay as it is.
  if (queryTokens(c).length === 0 || c.res.status === 101) return;
  c.header("Cache-Control", "no-store");
  c.header("Referrer-Policy", "no-referrer");
};
