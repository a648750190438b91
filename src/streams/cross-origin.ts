import { cors } from "hono/cors";
import { headerDocs, text } from "./header-docs.ts";
import { streamParams } from "./path.ts";
import type { Route } from "./route.ts";

/** What a stream takes. */
export const methods = ["GET", "HEAD", "PUT", "POST", "DELETE"];

/** What a browser lets a page of another origin send, and see. */
export const crossOrigin = cors({
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
  exposeHeaders: Object.keys(headerDocs),
  maxAge: 86_400,
});

/** The answer to a preflight, which all that is below a stream root has. */
export const preflightRoute: Route = {
  method: "options",
  path: "/stream/{path}",
  operationId: "preflightStream",
  summary: "What a page of another origin may do",
  description: "Open to all; the same of every path below `stream/`.",
  tags: ["streams"],
  security: [],
  params: streamParams,
  responses: {
    204: {
      description: "All of it (Fetch Standard, CORS).",
      headers: {
        "Access-Control-Allow-Origin": text("`*`"),
        "Access-Control-Allow-Methods": text("The methods."),
        "Access-Control-Allow-Headers": text("The headers that it may send."),
        "Access-Control-Max-Age": text("How long this may be kept, s."),
      },
    },
  },
};
