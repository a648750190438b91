import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { authorize } from "../../http/auth.ts";
import { type AppEnv, isLocal } from "../../http/env.ts";
import { nodeId } from "../../http/parameters.ts";
import { MAIN } from "../../http/scope.ts";
import { validated } from "../../http/validation.ts";
import type { Api } from "../../routing/context.ts";
import { nodeNotFound } from "../../routing/refusal.ts";
import { membersFound } from "../../routing/survey.ts";
import { callOf } from "../../routing/world.ts";
import { surveyCluster } from "./status.ts";

const abortTimeoutMs = 2_000;

/** `POST /v1/local/nodes/{id}/abort`: crashes a node of `main`, to see the others take over. Local clusters only. */
export function abortRoute(app: OpenAPIHono<AppEnv>, api: Api): void {
  const params = z.object({ id: nodeId });
  app.post("/v1/local/nodes/:id/abort", async (c) => {
    if (!isLocal(c.env)) return c.notFound();
    await authorize(c, "admin", "");
    const { id } = validated(params, "path", c.req.param());
    const call = callOf(c, api.world, abortTimeoutMs);
    const cluster = await api.directory.resolve(call, MAIN);
    const members = membersFound(await surveyCluster(api, call, cluster), cluster);
    const member = members.find((candidate) => candidate.id === id);
    if (member === undefined) throw nodeNotFound(MAIN, id);
    await call.nodes.abort(member);
    return c.body(null, 204);
  });
}
