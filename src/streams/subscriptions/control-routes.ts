import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { type AppEnv, isLocal } from "../../http/env.ts";
import type { Scope } from "../../http/scope.ts";
import type { Api } from "../../routing/context.ts";
import { authorizeSubscription, authorizeTargets } from "./access.ts";
import { configurationInput, targetsOf } from "./configuration.ts";
import { deleteRoute, getRoute, linkRoute, putRoute, unlinkRoute } from "./control-docs.ts";
import { linkedPath, streamsInput } from "./input.ts";
import { publicKeys } from "./keyring.ts";
import { notFound } from "./operation.ts";
import {
  documentsOf,
  jsonBody,
  operate,
  SubscriptionRefused,
  serveControl,
  streamRootOf,
  subscriptionInPath,
} from "./request.ts";
import { Store } from "./store.ts";
import { subscriptionOf } from "./view.ts";
import { webhookUrlFault } from "./webhook-url.ts";

/** The routes that create, show and end subscriptions, and link streams to them (Durable Streams §6). */
export function controlRoutes(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  serveControl(app, scope, putRoute, (c) => put(c, api));
  serveControl(app, scope, getRoute, (c) => get(c, api));
  serveControl(app, scope, deleteRoute, async (c) => {
    const id = subscriptionInPath(c);
    await authorizeSubscription(c, api, "admin", id);
    return operate(c, api, { kind: "delete", id });
  });
  serveControl(app, scope, linkRoute, async (c) => {
    const id = subscriptionInPath(c);
    await authorizeSubscription(c, api, "admin", id);
    const { streams: paths } = await jsonBody(c, streamsInput);
    await authorizeTargets(c, "admin", paths);
    return operate(c, api, { kind: "link", id, paths });
  });
  serveControl(app, scope, unlinkRoute, async (c) => {
    const id = subscriptionInPath(c);
    await authorizeSubscription(c, api, "admin", id);
    return operate(c, api, { kind: "unlink", id, path: linkedPath.parse(c.req.param("path")) });
  });
}

/** Creates a subscription, unless it exists with this configuration (§6.2). */
async function put(c: Context<AppEnv>, api: Api): Promise<Response> {
  const id = subscriptionInPath(c);
  // The body of an unauthorized request is not read.
  await authorizeTargets(c, "admin", []);
  const configuration = await jsonBody(c, configurationInput);
  await authorizeTargets(c, "admin", targetsOf(configuration));
  const { webhookUrl } = configuration;
  const fault = webhookUrl === null ? null : webhookUrlFault(webhookUrl, isLocal(c.env));
  if (fault !== null) throw new SubscriptionRefused("WEBHOOK_URL_REJECTED", `webhook.url ${fault}`);
  return operate(c, api, { kind: "put", id, configuration, streamRoot: streamRootOf(c) });
}

/** Shows a subscription (§6.3), from its replicated state. */
async function get(c: Context<AppEnv>, api: Api): Promise<Response> {
  const id = subscriptionInPath(c);
  await authorizeSubscription(c, api, "read", id);
  const documents = documentsOf(c, api);
  const stored = await new Store(documents).get(id);
  if (stored === null) {
    const { code, message } = notFound(id);
    throw new SubscriptionRefused(code, message);
  }
  const isWebhook = stored.subscription.configuration.type === "webhook";
  const [key] = isWebhook ? await publicKeys(documents, api.world.now()) : [];
  return c.json(subscriptionOf(stored.subscription, key?.kid ?? null), 200, {
    "Cache-Control": "no-store",
  });
}
