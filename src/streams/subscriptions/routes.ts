import type { OpenAPIHono } from "@hono/zod-openapi";
import { type Context, Hono } from "hono";
import { assertConfigured } from "../../api/auth.ts";
import type { Api, AppEnv } from "../../api/context.ts";
import { Problem } from "../../api/problem.ts";
import { controlRoutes } from "./control-routes.ts";
import { publicKeys } from "./keys.ts";
import { documentsOf, SubscriptionRefused, toResponse } from "./request.ts";
import { workerRoutes } from "./worker-routes.ts";

/** Where the control routes are: those of `main`, and those of any cluster. */
const bases = ["/v1/stream/__ds", "/v1/clusters/:cluster/stream/__ds"];

/**
 * The reserved control routes of Durable Streams (§6, §7), below `__ds` at each stream root. To be mounted before the
 * streams themselves, whose paths they would be otherwise.
 */
export function subscriptionRoutes(app: OpenAPIHono<AppEnv>, api: Api): void {
  const routes = new Hono<AppEnv>();
  routes.get("/jwks.json", (c) => jwks(c, api));
  controlRoutes(routes, api);
  workerRoutes(routes, api);
  routes.all("*", (c) => {
    throw new Problem("route-not-found", `There is no ${c.req.method} ${c.req.path}.`);
  });
  routes.onError((error) => {
    if (error instanceof SubscriptionRefused) return toResponse(error.reply);
    throw error;
  });
  for (const base of bases) app.route(base, routes);
}

/** The public keys of webhook signatures (§6.5), for everybody: whoever has a webhook checks them. */
async function jwks(c: Context<AppEnv>, api: Api): Promise<Response> {
  assertConfigured(c.env);
  const keys = await publicKeys(documentsOf(c, api));
  const headers = { "Content-Type": "application/jwk-set+json", "Cache-Control": "public, max-age=300" };
  return c.body(JSON.stringify({ keys }), 200, headers);
}
