import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { assertConfigured } from "../../http/auth.ts";
import type { AppEnv } from "../../http/env.ts";
import { Problem } from "../../http/problem.ts";
import { routingPath } from "../../http/routing-path.ts";
import { type Scope, scopes } from "../../http/scope.ts";
import type { Api } from "../../routing/context.ts";
import { authorizeTargets } from "./access.ts";
import { controlRoutes } from "./control-routes.ts";
import { protocolErrors } from "./errors.ts";
import { publicKeys } from "./keyring.ts";
import { documentsOf, operate, serveControl } from "./request.ts";
import { describeWakes, keysRoute, revokeKeysRoute } from "./wake-docs.ts";
import { workerRoutes } from "./worker-routes.ts";

/**
 * The reserved control routes of Durable Streams (§6, §7), below `__ds` at each stream root. Must be mounted before the
 * streams themselves, because their paths would be stream paths otherwise.
 */
export function subscriptionRoutes(app: OpenAPIHono<AppEnv>, api: Api): void {
  describeWakes(app);
  for (const scope of scopes) routesIn(app, api, scope);
}

function routesIn(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  app.use(routingPath(`${scope.base}/stream/__ds/*`), protocolErrors);
  serveControl(app, scope, keysRoute, (c) => jwks(c, api));
  serveControl(app, scope, revokeKeysRoute, async (c) => {
    // The keys sign for all subscriptions of the cluster.
    await authorizeTargets(c, "admin", [""]);
    return operate(c, api, { kind: "revoke-keys" });
  });
  controlRoutes(app, api, scope);
  workerRoutes(app, api, scope);
  app.all(routingPath(`${scope.base}/stream/__ds/*`), (c) => {
    throw new Problem("route-not-found", `There is no ${c.req.method} ${c.req.path}.`);
  });
}

/**
 * The public keys of webhook signatures (§6.5). Open to all, because every webhook needs them. An empty set is not
 * cached, because the first webhook may be called at any moment.
 */
async function jwks(c: Context<AppEnv>, api: Api): Promise<Response> {
  assertConfigured(c.env);
  const keys = await publicKeys(documentsOf(c, api), api.world.now());
  const cacheControl = keys.length === 0 ? "no-store" : "public, max-age=300";
  const headers = { "Content-Type": "application/jwk-set+json", "Cache-Control": cacheControl };
  return c.body(JSON.stringify({ keys }), 200, headers);
}
