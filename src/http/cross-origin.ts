import type { OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { AppEnv } from "./env.ts";
import { allMethods, methodsAt } from "./methods.ts";
import { keptHeaderDocs, pageHeaderDocs, rawHeaderDocs } from "./openapi.ts";
import { type Origins, originsOf } from "./origins.ts";

/** How long a preflight's answer may be kept, s. */
const MAX_AGE_S = 86_400;

/** The headers that pages of other origins may send to a face, and read from its answers. */
export interface OpenFace {
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  /** The origins if `CORS_ORIGINS` is not set; null: none. */
  readonly originsByDefault: Origins | null;
}

/** Request headers of both faces that need a preflight. */
export const requestHeaders: readonly string[] = [
  "Authorization",
  "Cache-Control",
  "Content-Type",
  "If-None-Match",
  "Last-Event-ID",
  "Producer-Epoch",
  "Producer-Id",
  "Producer-Seq",
];

/** Headers of problems, in both faces. */
export const problemHeaders: readonly string[] = ["Allow", "Retry-After", "WWW-Authenticate"];

export const nativeFace: OpenFace = {
  allowHeaders: [...requestHeaders, "If-Match"],
  exposeHeaders: [
    ...problemHeaders,
    ...Object.keys({ ...pageHeaderDocs, ...keptHeaderDocs, ...rawHeaderDocs }),
  ],
  originsByDefault: null,
};

/**
 * Cross-origin resource sharing (Fetch Standard §3.3) by the variable `CORS_ORIGINS`. All answers carry its headers,
 * problems too, and a preflight is answered at once. Tokens are in headers, never in cookies, so credentials are not
 * allowed. Throws the problem `misconfigured`.
 */
export function crossOrigin(app: OpenAPIHono<AppEnv>, face: OpenFace): MiddlewareHandler<AppEnv> {
  // A path without a route allows all methods, so that a page can read its 404.
  const takenAt = (path: string): string[] => {
    const taken = methodsAt(app, path);
    return [...(taken.length === 0 ? allMethods : taken)];
  };
  return async (c, next) => {
    const origins = originsOf(c.env) ?? face.originsByDefault;
    // A browser does not check this for a WebSocket, and a socket's answer must stay as it is.
    if (origins === null || c.req.header("Upgrade") !== undefined) return next();
    const share = cors({
      origin: origins === "*" ? origins : [...origins],
      allowMethods: (_, { req }) => takenAt(req.path),
      allowHeaders: [...face.allowHeaders],
      exposeHeaders: [...face.exposeHeaders],
      maxAge: MAX_AGE_S,
    });
    const preflight = await share(c, next);
    if (preflight === undefined) return;
    const isAllowed = preflight.headers.has("Access-Control-Allow-Origin");
    preflight.headers.set("Cache-Control", isAllowed ? `public, max-age=${MAX_AGE_S}` : "no-store");
    return preflight;
  };
}
