import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { AppEnv } from "../../http/env.ts";
import { errorResponses } from "../../http/openapi.ts";
import { clusterName, deadlineQuery } from "../../http/parameters.ts";
import { Problem } from "../../http/problem.ts";
import { serve } from "../../http/route.ts";
import type { NodeId, Term } from "../../raft/types.ts";
import type { Cluster } from "../../routing/cluster.ts";
import type { Api } from "../../routing/context.ts";
import { nodeNotFound } from "../../routing/refusal.ts";
import { statusOf } from "../../routing/survey.ts";
import { visit } from "../../routing/visit.ts";
import type { Call } from "../../routing/world.ts";

/** Between two checks whether the member leads, ms. */
const pollMs = 50;
/** How often the leader is asked, at most. */
const asksMax = 3;

const leaderInput = z
  .strictObject({
    node: z.int().min(1).openapi({ description: "The number of the member that becomes the leader." }),
  })
  .openapi("LeaderInput");

const leaderOutput = z.object({ leader: z.int(), term: z.int() }).openapi("Leader");

/** `POST …/clusters/{cluster}/leader`: hands leadership to a member (thesis §3.10). */
export function transferRoute(app: OpenAPIHono<AppEnv>, api: Api): void {
  const operation = {
    method: "post" as const,
    path: "/v1/clusters/{cluster}/leader",
    operationId: "transferLeadership",
    summary: "Transfer leadership",
    description:
      "The leader brings the member up to date, and accepts no appends meanwhile. Then the member campaigns.",
    tags: ["clusters"],
    allows: "admin" as const,
    params: z.object({ cluster: clusterName }),
    query: z.strictObject(deadlineQuery),
    body: leaderInput,
    responses: {
      200: { description: "It leads.", content: { "application/json": { schema: leaderOutput } } },
      ...errorResponses,
    },
  };
  serve(app, operation, async (c, { query, body }) => {
    const { call, cluster } = await visit(c, api, query.timeout_ms);
    return c.json(await transfer(api, call, cluster, body.node));
  });
}

/**
 * Asks, and asks again once the leader has given the transfer up, which it does after an election timeout. Only a few
 * times, because a member that takes over and fails costs an election each time. Throws the problems `transfer-failed`,
 * and those of `Router.transfer`.
 */
async function transfer(
  api: Api,
  call: Call,
  cluster: Cluster,
  to: NodeId,
): Promise<z.infer<typeof leaderOutput>> {
  const { router, world } = api;
  const patienceMs = Number(call.env.ELECTION_TIMEOUT_MS);
  for (let asked = 0; asked < asksMax && world.now() < call.deadline; asked += 1) {
    await router.transfer(call, cluster, to);
    const term = await termLed(api, call, cluster, to, Math.min(world.now() + patienceMs, call.deadline));
    if (term !== null) return { leader: to, term };
  }
  throw new Problem("transfer-failed", `Node ${to} did not become the leader.`);
}

/** The term in which a member leads, once it does; null: it does not before `until`. */
async function termLed(
  { world, roster }: Api,
  call: Call,
  cluster: Cluster,
  id: NodeId,
  until: number,
): Promise<Term | null> {
  while (world.now() < until) {
    const member = roster.present(cluster).members.find((candidate) => candidate.id === id);
    if (member === undefined) throw nodeNotFound(cluster.name, id);
    // Asks only this member, because another one that hangs would delay this.
    const status = await statusOf(call.nodes, member, until - world.now());
    if (typeof status !== "string" && status.role === "leader") return status.currentTerm;
    await world.sleep(Math.min(pollMs, Math.max(0, until - world.now())));
  }
  return null;
}
