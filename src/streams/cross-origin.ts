import { type OpenFace, problemHeaders, requestHeaders } from "../http/cross-origin.ts";
import { headerDocs, text } from "./header-docs.ts";
import { streamParams } from "./path.ts";
import type { Route } from "./route.ts";

/** The protocol allows all pages, unless the operator names origins. */
export const streamsFace: OpenFace = {
  allowHeaders: [
    ...requestHeaders,
    "Stream-Closed",
    "Stream-Expires-At",
    "Stream-Fork-Offset",
    "Stream-Fork-Sub-Offset",
    "Stream-Forked-From",
    "Stream-Seq",
    "Stream-TTL",
  ],
  exposeHeaders: [...new Set([...problemHeaders, ...Object.keys(headerDocs)])],
  originsByDefault: "*",
};

/** The answer to a preflight, for all paths below a stream root. */
export const preflightRoute: Route = {
  method: "options",
  path: "/stream/{path}",
  operationId: "preflightStream",
  summary: "The rights of a page of another origin",
  description: "Open to all, unless `CORS_ORIGINS` names origins. Needs no token.",
  tags: ["streams"],
  security: [],
  params: streamParams,
  responses: {
    204: {
      description: "The answer (Fetch Standard, CORS).",
      headers: {
        "Access-Control-Allow-Origin": text("`*`, or the origin, if it is one of `CORS_ORIGINS`."),
        "Access-Control-Allow-Methods": text("The methods that the path takes."),
        "Access-Control-Allow-Headers": text("The headers that it may send."),
        "Access-Control-Max-Age": text("How long this may be cached, s."),
      },
    },
  },
};
