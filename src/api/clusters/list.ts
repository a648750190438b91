import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { AppEnv } from "../../http/env.ts";
import { errorResponses } from "../../http/openapi.ts";
import { deadlineQuery } from "../../http/parameters.ts";
import { serve } from "../../http/route.ts";
import type { Api } from "../../routing/context.ts";
import { callOf } from "../../routing/world.ts";
import { clusterOutput, outputOf } from "./output.ts";

const clustersOutput = z.object({ clusters: z.array(clusterOutput) }).openapi("Clusters");

/** `GET /v1/clusters`. */
export function listClustersRoute(app: OpenAPIHono<AppEnv>, api: Api): void {
  const operation = {
    method: "get" as const,
    path: "/v1/clusters",
    operationId: "listClusters",
    summary: "List clusters",
    tags: ["clusters"],
    allows: "admin" as const,
    query: z.strictObject(deadlineQuery),
    responses: {
      200: { description: "All clusters.", content: { "application/json": { schema: clustersOutput } } },
      ...errorResponses,
    },
  };
  serve(app, operation, async (c, { query }) => {
    const clusters = await api.directory.all(callOf(c, api.world, query.timeout_ms));
    return c.json({ clusters: clusters.map(outputOf) });
  });
}
