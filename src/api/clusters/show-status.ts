import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { AppEnv } from "../../http/env.ts";
import { errorResponses } from "../../http/openapi.ts";
import { clusterName, deadlineQuery } from "../../http/parameters.ts";
import { serve } from "../../http/route.ts";
import type { Api } from "../../routing/context.ts";
import { visit } from "../../routing/visit.ts";
import { clusterStatus, statusOutput } from "./status.ts";

/** `GET /v1/clusters/{cluster}`. */
export function statusRoute(app: OpenAPIHono<AppEnv>, api: Api): void {
  const operation = {
    method: "get" as const,
    path: "/v1/clusters/{cluster}",
    operationId: "clusterStatus",
    summary: "The status of a cluster",
    tags: ["clusters"],
    allows: "read" as const,
    params: z.object({ cluster: clusterName }),
    query: z.strictObject(deadlineQuery),
    responses: {
      200: { description: "Its status.", content: { "application/json": { schema: statusOutput } } },
      ...errorResponses,
    },
  };
  serve(app, operation, async (c, { query }) => {
    const { call, cluster } = await visit(c, api, query.timeout_ms);
    return c.json(await clusterStatus(api, call, cluster));
  });
}
