import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { authorize } from "../http/auth.ts";
import { credentialOfFollower } from "../http/credential.ts";
import type { AppEnv } from "../http/env.ts";
import { errorResponses } from "../http/openapi.ts";
import { naturalParameter } from "../http/parameters.ts";
import { accessTokenQuery } from "../http/query-token.ts";
import { readHeaders } from "../http/read-parameters.ts";
import { invalidRequest, queryOf, validated } from "../http/validation.ts";
import type { Api } from "../routing/context.ts";
import type { Page } from "../transport/protocol.ts";
import { kindOf } from "./content-type.ts";
import { CURSOR_MAX } from "./cursor.ts";
import { head } from "./head.ts";
import { headersTold } from "./header-docs.ts";
import { type Live, longPoll, serverSentEvents } from "./live.ts";
import { messageDocs } from "./message-docs.ts";
import { parseOffset } from "./offset.ts";
import { pageBody } from "./page-body.ts";
import { cacheHeaders, pageHeaders } from "./page-headers.ts";
import { streamName, streamParams } from "./path.ts";
import { firstPage, type Start, streamReader } from "./reader.ts";
import type { Route } from "./route.ts";
import { isNamed } from "./validators.ts";

const beginning: Start = { from: { at: "earliest" }, byte: 0 };

const offset = z.string().transform((token, context): Start => {
  if (token === "-1") return beginning;
  if (token === "now") return { from: { at: "tail" }, byte: 0 };
  const place = parseOffset(token);
  if (place !== null) return { from: { at: "seq", seq: place.seq }, byte: place.byte };
  context.addIssue({ code: "custom", message: "must be -1, now, or an offset of this server" });
  return z.NEVER;
});

const readQuery = z.object({
  ...accessTokenQuery,
  offset: offset.optional().openapi({
    description: "Where to begin: `-1` (the first message), `now` (the next one), or a `Stream-Next-Offset`.",
  }),
  live: z.enum(["long-poll", "sse"]).optional().openapi({
    description:
      "Follow the stream: wait for new messages, or get them as server-sent events. Needs `offset`.",
  }),
  cursor: naturalParameter(0, CURSOR_MAX)
    .optional()
    .openapi({ description: "The `Stream-Cursor` of the answer before." }),
});

const place = ["Stream-Next-Offset", "Stream-Up-To-Date", "Stream-Closed"] as const;

export const readRoute: Route = {
  method: "get",
  path: "/stream/{path}",
  operationId: "readStream",
  summary: "Read a stream, or follow it",
  tags: ["streams"],
  params: streamParams,
  query: readQuery,
  headers: readHeaders.pick({ "if-none-match": true }),
  responses: {
    200: {
      description: "Messages: the present ones, or the next ones.",
      headers: {
        ...headersTold(...place, "Stream-Cursor", "Stream-SSE-Data-Encoding", "ETag"),
        "Cache-Control": { description: "How long it may be cached.", schema: { type: "string" } },
      },
      content: {
        ...messageDocs.taken,
        "text/event-stream": {
          schema: {
            description:
              "With `live=sse`: events `data`, and after each, and at times without one, an event `control`, whose data is a `#/components/schemas/StreamControl`.",
          },
        },
      },
    },
    204: {
      description: "With `live=long-poll`: the stream is closed, or no message came in time.",
      headers: headersTold(...place, "Stream-Cursor"),
    },
    304: { description: "The cached answer is still valid.", headers: headersTold(...place, "ETag") },
    ...errorResponses,
  },
};

/** `GET`, of present or of new messages (§5.6 to §5.8), and `HEAD`. */
export async function read(c: Context<AppEnv>, api: Api): Promise<Response> {
  if (c.req.method === "HEAD") return head(c, api);
  const name = streamName(c);
  const credential = credentialOfFollower(c, c.req.query("live") === "sse");
  const { expiresAt } = await authorize(c, "read", name, credential);
  const { offset: given, live, cursor = null } = validated(readQuery, "query", queryOf(c));
  if (live !== undefined && given === undefined) {
    throw invalidRequest("query", [{ path: ["offset"], message: "is needed with live" }]);
  }
  const start = given ?? beginning;
  const reader = await streamReader(c, api, name);
  const first = await firstPage(reader, start);
  if (live === undefined) return catchUp(c, first, start);
  const request: Live = { first, start, cursor, reader, world: api.world, expiresAt };
  return live === "sse" ? serverSentEvents(c, request) : longPoll(c, request);
}

function catchUp(c: Context<AppEnv>, page: Page, start: Start): Response {
  const headers = { ...pageHeaders(page), ...cacheHeaders(c, page, start, "no-cache") };
  const { ETag: etag } = headers;
  if (etag !== undefined && isNamed(etag, c.req.header("If-None-Match"))) return c.body(null, 304, headers);
  return c.body(pageBody(page, kindOf(page.state.contentType), start.byte), 200, headers);
}
