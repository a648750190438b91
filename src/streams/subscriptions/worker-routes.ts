import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { assertConfigured } from "../../http/auth.ts";
import type { AppEnv } from "../../http/env.ts";
import type { Scope } from "../../http/scope.ts";
import type { Api } from "../../routing/context.ts";
import { authorizeSubscription, workerToken } from "./access.ts";
import { ackInput, claimInput, wakeInput } from "./input.ts";
import { jsonBody, operate, serveControl, subscriptionInPath } from "./request.ts";
import { ackRoute, callbackRoute, claimRoute, releaseRoute } from "./worker-docs.ts";

/** The routes of workers (Durable Streams §7). All but the claim need the token of the wake. */
export function workerRoutes(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  serveControl(app, scope, claimRoute, async (c) => {
    const id = subscriptionInPath(c);
    await authorizeSubscription(c, api, "read", id);
    const { worker } = await jsonBody(c, claimInput);
    return operate(c, api, { kind: "claim", id, worker });
  });
  serveControl(app, scope, callbackRoute, (c) => ack(c, api, "callback"));
  serveControl(app, scope, ackRoute, (c) => ack(c, api, "ack"));
  serveControl(app, scope, releaseRoute, async (c) => {
    const { id, token } = bearer(c);
    const { wake_id: wakeId, generation } = await jsonBody(c, wakeInput);
    return operate(c, api, { kind: "release", id, token, ref: { generation, wakeId } });
  });
}

async function ack(c: Context<AppEnv>, api: Api, kind: "callback" | "ack"): Promise<Response> {
  const { id, token } = bearer(c);
  const { wake_id: wakeId, generation, acks, done } = await jsonBody(c, ackInput);
  const ref = { generation, wakeId };
  const isDone = done ?? false;
  const progress = { acks: acks ?? [], isDone, isAll: isDone && (acks ?? null) === null };
  return operate(c, api, { kind, id, token, ref, ...progress });
}

/** The object checks the token, because it has the secret. */
function bearer(c: Context<AppEnv>): { readonly id: string; readonly token: string } {
  assertConfigured(c.env);
  return { id: subscriptionInPath(c), token: workerToken(c) };
}
