import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { permit } from "./auth.ts";
import type { Cluster } from "./cluster.ts";
import { type Api, type AppEnv, type Call, callOf } from "./context.ts";
import { readJsonBody } from "./json-body.ts";
import { errorResponses } from "./openapi.ts";
import { clusterName, deadlineQuery } from "./parameters.ts";
import { Problem } from "./problem.ts";
import { surveyCluster } from "./survey.ts";

/** Between two looks at who leads, ms. */
const pollMs = 50;

const leaderInput = z
  .strictObject({
    node: z.int().min(1).openapi({ description: "The number of the member that is to lead." }),
  })
  .openapi("LeaderInput");

const leaderOutput = z.object({ leader: z.int(), term: z.int() }).openapi("Leader");

/** `POST …/clusters/{cluster}/leader`: hands leadership to a member (thesis §3.10). */
export function leadershipRoutes(app: OpenAPIHono<AppEnv>, api: Api): void {
  const route = createRoute({
    method: "post",
    path: "/v1/clusters/{cluster}/leader",
    operationId: "transferLeadership",
    summary: "Transfer leadership",
    description:
      "The leader brings the member up to date, taking no appends meanwhile, and lets it campaign.",
    tags: ["clusters"],
    middleware: permit("admin"),
    request: { params: z.object({ cluster: clusterName }), query: z.strictObject(deadlineQuery) },
    responses: {
      200: { description: "It leads.", content: { "application/json": { schema: leaderOutput } } },
      ...errorResponses,
    },
  });
  const body = { required: true, content: { "application/json": { schema: leaderInput } } };
  app.openAPIRegistry.registerPath({ ...route, request: { ...route.request, body } });
  app.openapi({ ...route, hide: true }, async (c) => {
    const call = callOf(c, api.world, c.req.valid("query").timeout_ms);
    const input = await readJsonBody(c.req.raw, leaderInput);
    if (input === null) throw new Problem("invalid-body", "The body is empty.");
    const cluster = await api.directory.resolve(call, c.req.valid("param").cluster);
    return c.json(await transfer(api, call, cluster, input.node), 200);
  });
}

/** Asks, and asks again, until the member leads: a leader gives a transfer up that takes too long. */
async function transfer(
  api: Api,
  call: Call,
  cluster: Cluster,
  to: number,
): Promise<z.infer<typeof leaderOutput>> {
  const { router, world } = api;
  while (world.now() < call.deadline) {
    await router.transfer(call, cluster, to);
    const { leader } = await surveyCluster(api, call, cluster);
    if (leader?.identity.id === to) return { leader: to, term: leader.currentTerm };
    await world.sleep(pollMs);
  }
  throw new Problem("transfer-failed", `Node ${to} did not come to lead in time.`);
}
