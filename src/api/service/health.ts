import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { AppEnv } from "../../http/env.ts";
import { errorResponses } from "../../http/openapi.ts";
import { Problem } from "../../http/problem.ts";
import { serve } from "../../http/route.ts";
import { MAIN } from "../../http/scope.ts";
import { reachedByMajority } from "../../raft/quorum.ts";
import type { NodeId } from "../../raft/types.ts";
import type { Api } from "../../routing/context.ts";
import type { Survey } from "../../routing/survey.ts";
import { callOf } from "../../routing/world.ts";
import { surveyCluster } from "../clusters/status.ts";

/** How long `/readyz` waits for the status of the nodes, ms. */
const readyTimeoutMs = 2_000;
/** How long an answer is repeated without asking the nodes, ms, because anyone may ask. */
const keptMs = { ready: 1_000, notReady: 100 };

const healthOutput = z.object({ status: z.string() }).openapi("Health");
const content = { "application/json": { schema: healthOutput } };

/** `GET /healthz` and `GET /readyz`, open to all. */
export function healthRoutes(app: OpenAPIHono<AppEnv>, api: Api): void {
  const healthz = {
    method: "get" as const,
    path: "/healthz",
    operationId: "healthz",
    summary: "Whether the Worker runs",
    tags: ["health"],
    security: [],
    responses: { 200: { description: "It runs.", content } },
  };
  serve(app, healthz, (c) => c.json({ status: "ok" }));

  const readyz = {
    method: "get" as const,
    path: "/readyz",
    operationId: "readyz",
    summary: "Whether a leader serves in `main`",
    description:
      "Needs no token, wakes no node and creates nothing: it is not ready before `main` is bootstrapped. An answer may be some seconds old.",
    tags: ["health"],
    security: [],
    responses: {
      200: { description: "A majority of the voters knows the leader.", content },
      ...errorResponses,
    },
  };
  let last: { readonly isReady: boolean; readonly until: number } | null = null;
  serve(app, readyz, async (c) => {
    const now = api.world.now();
    if (last === null || now >= last.until) {
      // Nodes may hang. Meanwhile other requests get the last answer, and now and then one of them asks again.
      if (last !== null) last = { ...last, until: now + keptMs.notReady };
      const isReady = await asksReady(c, api);
      last = { isReady, until: api.world.now() + (isReady ? keptMs.ready : keptMs.notReady) };
    }
    if (!last.isReady) throw new Problem("no-leader", "The cluster is not ready.");
    return c.json({ status: "ready" });
  });
}

async function asksReady(c: Context<AppEnv>, api: Api): Promise<boolean> {
  const call = callOf(c, api.world, readyTimeoutMs);
  return isReady(await surveyCluster(api, call, await api.directory.resolve(call, MAIN)));
}

/**
 * A leader that has lost its majority still reports itself as leader for an election timeout, so the others are asked
 * too.
 */
function isReady({ leader, configuration, found }: Survey): boolean {
  if (leader === null || configuration === null) return false;
  const follows = (id: NodeId): boolean => {
    const status = found.get(id);
    return typeof status === "object" && status.currentTerm === leader.currentTerm;
  };
  return reachedByMajority(configuration, (id) => Number(follows(id))) === 1;
}
