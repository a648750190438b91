import { z } from "@hono/zod-openapi";
import type { Context, Hono } from "hono";
import { assertConfigured } from "../../api/auth.ts";
import type { Api, AppEnv } from "../../api/context.ts";
import { authorizeSubscription, workerToken } from "./access.ts";
import { LINKS_MAX } from "./configuration.ts";
import { jsonBody, operate, subscriptionInPath } from "./request.ts";
import { normalizedPath } from "./stream-path.ts";

const workerLengthMax = 256;

const claimInput = z.object({ worker: z.string().min(1).max(workerLengthMax) });

const wakeInput = z.object({ wake_id: z.string(), generation: z.int().min(0) });

const ackInput = wakeInput.extend({
  acks: z
    .array(z.object({ stream: z.string().transform(normalizedPath), offset: z.string() }))
    .max(LINKS_MAX)
    .nullish(),
  done: z.boolean().nullish(),
});

/** What workers ask for (Durable Streams §7): all but the claim by the token that came with the wake. */
export function workerRoutes(routes: Hono<AppEnv>, api: Api): void {
  const path = "/subscriptions/:id";
  routes.post(`${path}/claim`, async (c) => {
    const id = subscriptionInPath(c);
    await authorizeSubscription(c, api, "read", id);
    const { worker } = await jsonBody(c, claimInput);
    return operate(c, api, { kind: "claim", id, worker });
  });
  routes.post(`${path}/callback`, (c) => ack(c, api, "callback"));
  routes.post(`${path}/ack`, (c) => ack(c, api, "ack"));
  routes.post(`${path}/release`, async (c) => {
    const { id, token } = bearer(c);
    const { wake_id: wakeId, generation } = await jsonBody(c, wakeInput);
    return operate(c, api, { kind: "release", id, token, ref: { generation, wakeId } });
  });
}

async function ack(c: Context<AppEnv>, api: Api, kind: "callback" | "ack"): Promise<Response> {
  const { id, token } = bearer(c);
  const { wake_id: wakeId, generation, acks, done } = await jsonBody(c, ackInput);
  const ref = { generation, wakeId };
  return operate(c, api, { kind, id, token, ref, acks: acks ?? [], isDone: done ?? false });
}

/** Who it is is for the object to check that has the secret. */
function bearer(c: Context<AppEnv>): { readonly id: string; readonly token: string } {
  assertConfigured(c.env);
  return { id: subscriptionInPath(c), token: workerToken(c) };
}
