import { z } from "@hono/zod-openapi";
import type { Context, Hono } from "hono";
import type { Api, AppEnv } from "../../api/context.ts";
import { isLocal } from "../../api/env.ts";
import { authorizeSubscription, authorizeTargets } from "./access.ts";
import { configurationInput, LINKS_MAX, streamPath, targetsOf } from "./configuration.ts";
import { publicKeys } from "./keys.ts";
import { notFound } from "./operation.ts";
import {
  documentsOf,
  jsonBody,
  operate,
  SubscriptionRefused,
  streamRootOf,
  subscriptionInPath,
} from "./request.ts";
import { Store } from "./store.ts";
import { normalizedPath } from "./stream-path.ts";
import { subscriptionOutput } from "./view.ts";
import { webhookUrlFault } from "./webhook-url.ts";

const streamsInput = z.object({ streams: z.array(streamPath).min(1).max(LINKS_MAX) });

/** What makes subscriptions, shows them, ends them and links streams to them (Durable Streams §6). */
export function controlRoutes(routes: Hono<AppEnv>, api: Api): void {
  const path = "/subscriptions/:id";
  routes.put(path, (c) => put(c, api));
  routes.get(path, (c) => get(c, api));
  routes.delete(path, async (c) => {
    const id = subscriptionInPath(c);
    await authorizeSubscription(c, api, "admin", id);
    return operate(c, api, { kind: "delete", id });
  });
  routes.post(`${path}/streams`, async (c) => {
    const id = subscriptionInPath(c);
    await authorizeSubscription(c, api, "admin", id);
    const { streams: paths } = await jsonBody(c, streamsInput);
    await authorizeTargets(c, "admin", paths);
    return operate(c, api, { kind: "link", id, paths });
  });
  routes.delete(`${path}/streams/:path{.+}`, async (c) => {
    const id = subscriptionInPath(c);
    await authorizeSubscription(c, api, "admin", id);
    return operate(c, api, { kind: "unlink", id, path: normalizedPath(c.req.param("path")) });
  });
}

/** Makes a subscription, or finds it to be as it is asked for (§6.2). */
async function put(c: Context<AppEnv>, api: Api): Promise<Response> {
  const id = subscriptionInPath(c);
  // A stranger's body is not looked at.
  await authorizeTargets(c, "admin", []);
  const configuration = await jsonBody(c, configurationInput);
  await authorizeTargets(c, "admin", targetsOf(configuration));
  const { webhookUrl } = configuration;
  const fault = webhookUrl === null ? null : webhookUrlFault(webhookUrl, isLocal(c.env));
  if (fault !== null) throw new SubscriptionRefused("WEBHOOK_URL_REJECTED", `webhook.url ${fault}`);
  return operate(c, api, { kind: "put", id, configuration, streamRoot: streamRootOf(c) });
}

/** Shows a subscription (§6.3), as it is replicated. */
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
  const [key] = isWebhook ? await publicKeys(documents) : [];
  return c.json(subscriptionOutput(stored.subscription, key?.kid ?? null), 200, {
    "Cache-Control": "no-store",
  });
}
