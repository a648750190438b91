import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { permit } from "./auth.ts";
import { MAIN } from "./cluster.ts";
import { type Api, type AppEnv, callOf } from "./context.ts";
import { isLocal } from "./env.ts";
import { nodeId } from "./parameters.ts";
import { nodeNotFound } from "./refusal.ts";
import { membersFound, surveyCluster } from "./survey.ts";

const abortTimeoutMs = 2_000;

/** `POST /v1/local/nodes/{id}/abort`: crashes a node of `main`, to see the others take over. Local clusters only. */
export function localRoutes(app: OpenAPIHono<AppEnv>, api: Api): void {
  const route = createRoute({
    method: "post",
    path: "/v1/local/nodes/{id}/abort",
    hide: true,
    middleware: [async (c, next) => (isLocal(c.env) ? next() : c.notFound()), permit("admin")] as const,
    request: { params: z.object({ id: nodeId }) },
    responses: { 204: { description: "It lost its memory." } },
  });
  app.openapi(route, async (c) => {
    const { id } = c.req.valid("param");
    const call = callOf(c, api.world, abortTimeoutMs);
    const cluster = await api.directory.resolve(call, MAIN);
    const members = membersFound(await surveyCluster(api, call, cluster), cluster);
    const member = members.find((candidate) => candidate.id === id);
    if (member === undefined) throw nodeNotFound(MAIN, id);
    await call.nodes.abort(member);
    return c.body(null, 204);
  });
}
