import type { Context } from "hono";
import { authorize } from "../http/auth.ts";
import type { AppEnv } from "../http/env.ts";
import { errorResponses } from "../http/openapi.ts";
import { carryOut } from "../routing/carry-out.ts";
import type { Api } from "../routing/context.ts";
import { streamName, streamParams } from "./path.ts";
import { visitStreams } from "./request.ts";
import type { Route } from "./route.ts";

export const removeRoute: Route = {
  method: "delete",
  path: "/stream/{path}",
  operationId: "deleteStream",
  summary: "Delete a stream and its messages",
  description: "Its forks keep the messages that they share with it.",
  tags: ["streams"],
  params: streamParams,
  responses: { 204: { description: "It is deleted." }, ...errorResponses },
};

/** `DELETE` (§5.4). */
export async function remove(c: Context<AppEnv>, api: Api): Promise<Response> {
  const name = streamName(c);
  await authorize(c, "admin", name);
  await carryOut(await visitStreams(c, api), { kind: "delete", name });
  return c.body(null, 204);
}
