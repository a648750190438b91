import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { permit } from "../../http/auth.ts";
import type { AppEnv } from "../../http/env.ts";
import { describeJsonBody, readJsonBody } from "../../http/json-body.ts";
import { errorResponses } from "../../http/openapi.ts";
import { clusterName, deadlineQuery } from "../../http/parameters.ts";
import { MAIN } from "../../http/scope.ts";
import { bootstrap, clusterExists } from "../../routing/bootstrap.ts";
import { type Cluster, clusterOf, isClusterSize, mainRegions, NODES_MAX } from "../../routing/cluster.ts";
import type { Api } from "../../routing/context.ts";
import { regions } from "../../routing/regions.ts";
import { type Call, callOf } from "../../routing/world.ts";
import { clusterStatus, statusOutput } from "./status.ts";

const query = z.strictObject(deadlineQuery);
const params = z.object({ cluster: clusterName });

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

const clusterOutput = z
  .object({
    name: z.string(),
    regions: z.array(z.string()).openapi({
      description: "Where its first nodes were made; the status says who its members are now.",
    }),
  })
  .openapi("Cluster");
const clustersOutput = z.object({ clusters: z.array(clusterOutput) }).openapi("Clusters");

/** `PUT` and `GET` of `/v1/clusters/{cluster}`, and `GET /v1/clusters`. */
export function clusterRoutes(app: OpenAPIHono<AppEnv>, api: Api): void {
  bootstrapRoute(app, api);
  statusRoute(app, api);
  listRoute(app, api);
}

function bootstrapRoute(app: OpenAPIHono<AppEnv>, api: Api): void {
  const json = { content: { "application/json": { schema: clusterOutput } } };
  const route = createRoute({
    method: "put",
    path: "/v1/clusters/{cluster}",
    operationId: "bootstrapCluster",
    summary: "Bootstrap a cluster",
    description: "Idempotent: after a failure, the same request goes on where it stopped.",
    tags: ["clusters"],
    middleware: permit("admin"),
    request: { params, query },
    responses: {
      200: { description: "It was there.", ...json },
      201: { description: "It was bootstrapped.", ...json },
      ...errorResponses,
    },
  });
  describeJsonBody(app, route, clusterInput);
  app.openapi({ ...route, hide: true }, async (c) => {
    const call = callOf(c, api.world, c.req.valid("query").timeout_ms);
    const input = await readJsonBody(c.req.raw, clusterInput);
    const asked = input?.regions ?? null;
    const { cluster, isNew } = await put(api, call, c.req.valid("param").cluster, asked);
    return c.json(outputOf(cluster), isNew ? 201 : 200);
  });
}

/** Nodes first, the catalogue last: what is listed can serve. */
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

function statusRoute(app: OpenAPIHono<AppEnv>, api: Api): void {
  const route = createRoute({
    method: "get",
    path: "/v1/clusters/{cluster}",
    operationId: "clusterStatus",
    summary: "How a cluster is doing",
    tags: ["clusters"],
    middleware: permit("read"),
    request: { params, query },
    responses: {
      200: { description: "Its status.", content: { "application/json": { schema: statusOutput } } },
      ...errorResponses,
    },
  });
  app.openapi(route, async (c) => {
    const call = callOf(c, api.world, c.req.valid("query").timeout_ms);
    const cluster = await api.directory.resolve(call, c.req.valid("param").cluster);
    return c.json(await clusterStatus(api, call, cluster), 200);
  });
}

function listRoute(app: OpenAPIHono<AppEnv>, api: Api): void {
  const route = createRoute({
    method: "get",
    path: "/v1/clusters",
    operationId: "listClusters",
    summary: "List clusters",
    tags: ["clusters"],
    middleware: permit("admin"),
    request: { query },
    responses: {
      200: { description: "All clusters.", content: { "application/json": { schema: clustersOutput } } },
      ...errorResponses,
    },
  });
  app.openapi(route, async (c) => {
    const clusters = await api.directory.all(callOf(c, api.world, c.req.valid("query").timeout_ms));
    return c.json({ clusters: clusters.map(outputOf) }, 200);
  });
}

function outputOf({ name, regions }: Cluster): z.infer<typeof clusterOutput> {
  return { name, regions: [...regions] };
}
