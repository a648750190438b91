import type { Context } from "hono";
import { authorize } from "../http/auth.ts";
import type { AppEnv } from "../http/env.ts";
import { errorResponses } from "../http/openapi.ts";
import type { LogState } from "../log/types.ts";
import type { Api } from "../routing/context.ts";
import { describeLog } from "../routing/describe.ts";
import { DEFAULT_TYPE } from "./content-type.ts";
import { headersTold } from "./header-docs.ts";
import { endHeaders } from "./headers.ts";
import { streamName, streamParams } from "./path.ts";
import { linearizable, visitStreams } from "./request.ts";
import type { Route } from "./route.ts";

export const headRoute: Route = {
  method: "head",
  path: "/stream/{path}",
  operationId: "headStream",
  summary: "A stream's end, type and expiry, in headers",
  tags: ["streams"],
  params: streamParams,
  responses: {
    200: {
      description: "The stream.",
      headers: headersTold("Stream-Next-Offset", "Stream-Closed", "Stream-TTL", "Stream-Expires-At"),
    },
    ...errorResponses,
  },
};

/** `HEAD` (§5.5): it is not a read, so it does not renew the stream's time. */
export async function head(c: Context<AppEnv>, api: Api): Promise<Response> {
  const name = streamName(c);
  await authorize(c, "read", name);
  const { log } = await describeLog(await visitStreams(c, api), name, linearizable, false);
  const { tail, state } = log;
  return c.body(null, 200, {
    ...endHeaders(tail, state.closed),
    ...expiryHeaders(state),
    "Content-Type": state.contentType ?? DEFAULT_TYPE,
    "Cache-Control": "no-store",
  });
}

function expiryHeaders({ ttlSeconds, expiresAt }: LogState): Record<string, string> {
  return {
    ...(ttlSeconds === null ? {} : { "Stream-TTL": String(ttlSeconds) }),
    ...(expiresAt === null ? {} : { "Stream-Expires-At": new Date(expiresAt).toISOString() }),
  };
}
