import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { authenticate } from "../../http/auth.ts";
import type { AppEnv } from "../../http/env.ts";
import { errorResponses } from "../../http/openapi.ts";
import { serve } from "../../http/route.ts";
import type { Api } from "../../routing/context.ts";
import { ask } from "../../routing/query.ts";
import { visit } from "../../routing/visit.ts";

/** How long `/readyz` looks for a leader, ms. */
const readyTimeoutMs = 2_000;

const healthOutput = z.object({ status: z.string() }).openapi("Health");
const content = { "application/json": { schema: healthOutput } };

/** `GET /healthz`, open to all, and `GET /readyz`, which wakes the nodes and so takes a token. */
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
    description: "Any valid token will do. `main` is bootstrapped if it was not.",
    tags: ["health"],
    responses: { 200: { description: "A majority has confirmed a leader.", content }, ...errorResponses },
  };
  serve(app, readyz, async (c) => {
    await authenticate(c.env, c.req.header("Authorization"));
    const options = { consistency: "linearizable", min_index: 0 } as const;
    const at = await visit(c, api, readyTimeoutMs);
    await ask(at, { kind: "names", prefix: "", after: null, limit: 1 }, options);
    return c.json({ status: "ready" }, 200);
  });
}
