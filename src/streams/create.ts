import type { Context } from "hono";
import { authorize } from "../http/auth.ts";
import type { AppEnv } from "../http/env.ts";
import { errorResponses, problemContent } from "../http/openapi.ts";
import { validated } from "../http/validation.ts";
import { createCommand } from "../log/commands.ts";
import { plainSettings } from "../log/state.ts";
import { carryOut } from "../routing/carry-out.ts";
import type { Api } from "../routing/context.ts";
import type { Visit } from "../routing/visit.ts";
import { contentTypeOf, DEFAULT_TYPE } from "./content-type.ts";
import { createHeaders, expiryOf, type ForkWish, forkWishOf } from "./create-headers.ts";
import { type Beginning, forked } from "./fork.ts";
import { headersTold } from "./header-docs.ts";
import { endHeaders } from "./headers.ts";
import { messageDocs } from "./message-docs.ts";
import { readMessages, toBatch, toRecords } from "./messages.ts";
import { sourceName, streamName, streamParams } from "./path.ts";
import { creationRefusal } from "./refusal.ts";
import { visitStreams } from "./request.ts";
import type { Route } from "./route.ts";

const end = ["Stream-Next-Offset", "Stream-Closed"] as const;

export const createRoute: Route = {
  method: "put",
  path: "/stream/{path}",
  operationId: "createStream",
  summary: "Create a stream, or a fork of one",
  description:
    "Idempotent. The stream begins with the body, whose type is the stream's type for ever. The default type is `application/octet-stream`, or that of a fork's source.",
  tags: ["streams"],
  params: streamParams,
  headers: createHeaders,
  content: { content: messageDocs.given },
  responses: {
    200: { description: "It exists already, with these settings.", headers: headersTold(...end) },
    201: { description: "It was created.", headers: headersTold(...end, "Location") },
    409: {
      description:
        "A stream with other settings exists; or the source of a fork is deleted, or has another type.",
      content: problemContent,
    },
    ...errorResponses,
  },
};

/** `PUT`: creates a stream, or a fork of one, unless it exists with these settings (§4.2, §5.1). */
export async function create(c: Context<AppEnv>, api: Api): Promise<Response> {
  const name = streamName(c);
  await authorize(c, "admin", name);
  const headers = validated(createHeaders, "header", c.req.header());
  const expiry = expiryOf(headers);
  const wish = forkWishOf(headers, (path) => sourceName(c, path));
  const contentType = contentTypeOf(c.req.raw.headers);
  if (wish !== null) await authorize(c, "read", wish.sourceName);
  const body = await readMessages(c.req.raw);
  const visit = await visitStreams(c, api);
  const { records, fork, ...begun } = await beginning(visit, contentType, wish, body);
  const settings = { ...plainSettings, ...expiry, contentType: begun.contentType };
  const wanted = {
    settings,
    fork,
    closed: headers["stream-closed"],
    batch: toBatch(records),
    existing: "match",
  } as const;
  const { fresh, tail, state } = await carryOut(visit, createCommand(name, wanted), creationRefusal);
  return c.body(null, fresh ? 201 : 200, {
    ...endHeaders(tail, state.closed),
    "Content-Type": state.contentType ?? DEFAULT_TYPE,
    ...(fresh ? { Location: new URL(c.req.path, c.req.url).href } : {}),
  });
}

/** The first records of the stream. */
async function beginning(
  visit: Visit,
  contentType: string | null,
  wish: ForkWish | null,
  body: Uint8Array,
): Promise<Beginning> {
  if (wish !== null) return forked(visit, contentType, wish, body);
  const type = contentType ?? DEFAULT_TYPE;
  return { contentType: type, records: toRecords(body, type), fork: null };
}
