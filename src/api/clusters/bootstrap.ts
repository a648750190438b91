import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { AppEnv } from "../../http/env.ts";
import { errorResponses } from "../../http/openapi.ts";
import { clusterName, deadlineQuery } from "../../http/parameters.ts";
import { serve } from "../../http/route.ts";
import { MAIN } from "../../http/scope.ts";
import { bootstrap, clusterExists } from "../../routing/bootstrap.ts";
import { type Cluster, clusterOf, isClusterSize, mainRegions, NODES_MAX } from "../../routing/cluster.ts";
import type { Api } from "../../routing/context.ts";
import { regions } from "../../routing/regions.ts";
import { type Call, callOf } from "../../routing/world.ts";
import { clusterOutput, outputOf } from "./output.ts";

const clusterInput = z
  .strictObject({
    regions: z
      .array(z.enum(regions))
      .min(1)
      .max(NODES_MAX)
      .refine((list) => isClusterSize(list.length), "must be an odd number of regions")
      .optional()
      .openapi({
        description:
          "Where the nodes live, by their numbers: 1, 3, 5 or 7, repeats allowed. By default as `main`.",
      }),
  })
  .openapi("ClusterInput");

const json = { content: { "application/json": { schema: clusterOutput } } };

/** `PUT /v1/clusters/{cluster}`. */
export function bootstrapRoute(app: OpenAPIHono<AppEnv>, api: Api): void {
  const operation = {
    method: "put" as const,
    path: "/v1/clusters/{cluster}",
    operationId: "bootstrapCluster",
    summary: "Bootstrap a cluster",
    description: "Idempotent: after a failure, the same request continues where it stopped.",
    tags: ["clusters"],
    allows: "admin" as const,
    params: z.object({ cluster: clusterName }),
    query: z.strictObject(deadlineQuery),
    body: clusterInput.optional(),
    responses: {
      200: { description: "It existed already.", ...json },
      201: { description: "It was bootstrapped.", ...json },
      ...errorResponses,
    },
  };
  serve(app, operation, async (c, { params, query, body }) => {
    const call = callOf(c, api.world, query.timeout_ms);
    const { cluster, isNew } = await put(api, call, params.cluster, body?.regions ?? null);
    return c.json(outputOf(cluster), isNew ? 201 : 200);
  });
}

/** Nodes first, the catalogue last, so that a listed cluster can serve. */
async function put(
  { directory, world }: Api,
  call: Call,
  name: string,
  asked: readonly string[] | null,
): Promise<{ readonly cluster: Cluster; readonly isNew: boolean }> {
  const there = await directory.find(call, name);
  const cluster = clusterOf(name, asked ?? there?.regions ?? mainRegions(call.env));
  if (there !== null) assertSame(there, cluster);
  const isNew = await bootstrap(call.nodes, cluster, call.deadline - world.now());
  if (name !== MAIN && there === null) assertSame(await directory.add(call, cluster), cluster);
  return { cluster, isNew: isNew || there === null };
}

function assertSame(there: Cluster, asked: Cluster): void {
  if (String(there.regions) !== String(asked.regions)) throw clusterExists(there.name, there.regions);
}
