import type { OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { Api, AppEnv } from "../api/context.ts";
import { Problem } from "../api/problem.ts";
import { append } from "./append.ts";
import { create } from "./create.ts";
import { read } from "./read.ts";
import { remove } from "./remove.ts";
import { subscriptionRoutes } from "./subscriptions/routes.ts";

/** Where streams live: those of `main`, and those of any cluster. */
const roots = ["/v1/stream", "/v1/clusters/:cluster/stream"];

const methods = ["GET", "HEAD", "PUT", "POST", "DELETE"];

/** What a browser lets a page of another origin send, and see. */
const crossOrigin = cors({
  origin: "*",
  allowMethods: [...methods, "OPTIONS"],
  allowHeaders: [
    "Authorization",
    "Content-Type",
    "If-None-Match",
    "Producer-Epoch",
    "Producer-Id",
    "Producer-Seq",
    "Stream-Closed",
    "Stream-Expires-At",
    "Stream-Fork-Offset",
    "Stream-Fork-Sub-Offset",
    "Stream-Forked-From",
    "Stream-Seq",
    "Stream-TTL",
  ],
  exposeHeaders: [
    "ETag",
    "Location",
    "Producer-Epoch",
    "Producer-Expected-Seq",
    "Producer-Received-Seq",
    "Producer-Seq",
    "Retry-After",
    "Stream-Closed",
    "Stream-Cursor",
    "Stream-Expires-At",
    "Stream-Next-Offset",
    "Stream-SSE-Data-Encoding",
    "Stream-TTL",
    "Stream-Up-To-Date",
  ],
  maxAge: 86_400,
});

/** §12.7; errors have them too. */
const secure: MiddlewareHandler = async (c, next) => {
  await next();
  c.header("X-Content-Type-Options", "nosniff");
  c.header("Cross-Origin-Resource-Policy", "cross-origin");
};

/** The Durable Streams face (see the protocol's §5): a stream is a log, its path the log's name. */
export function streamRoutes(app: OpenAPIHono<AppEnv>, api: Api): void {
  for (const root of roots) app.use(`${root}/*`, secure, crossOrigin);
  subscriptionRoutes(app, api);
  for (const root of roots) {
    const path = `${root}/:path{.+}`;
    app.get(path, (c) => read(c, api));
    app.put(path, (c) => create(c, api));
    app.post(path, (c) => append(c, api));
    app.delete(path, (c) => remove(c, api));
    app.all(path, (c) => {
      const allow = methods.join(", ");
      throw new Problem("method-not-allowed", `${c.req.path} takes ${allow}.`, { headers: { Allow: allow } });
    });
  }
}
