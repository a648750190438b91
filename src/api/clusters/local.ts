import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { permit } from "../../http/auth.ts";
import { type AppEnv, isLocal } from "../../http/env.ts";
import { nodeId } from "../../http/parameters.ts";
import { MAIN } from "../../http/scope.ts";
import type { Api } from "../../routing/context.ts";
import { nodeNotFound } from "../../routing/refusal.ts";
import { membersFound } from "../../routing/survey.ts";
import { callOf } from "../../routing/world.ts";
import { surveyCluster } from "./status.ts";

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
