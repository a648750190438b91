import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { AppEnv } from "../../http/env.ts";
import type { Route } from "../route.ts";
import { refusals, shared } from "./docs.ts";
import { notificationOutput, publicKeyOutput, wakeEventOutput } from "./output.ts";

export const keysRoute: Route = {
  ...shared,
  method: "get",
  path: "/stream/__ds/jwks.json",
  operationId: "listWebhookKeys",
  summary: "The public keys of webhook signatures",
  description:
    "A key signs for 90 days. Then the next one is published, and signs a day later. The last one stays published for another day. If a cached set has no key with the `kid` of a signature, fetch it again.",
  security: [],
  params: {},
  responses: {
    200: {
      description: "A JWK set (RFC 7517 §5).",
      content: { "application/jwk-set+json": { schema: z.object({ keys: z.array(publicKeyOutput) }) } },
    },
    ...refusals(),
  },
};

export const revokeKeysRoute: Route = {
  ...shared,
  method: "delete",
  path: "/stream/__ds/jwks.json",
  operationId: "revokeWebhookKeys",
  summary: "Revoke the keys of webhook signatures, after a leak",
  description: "A new key signs at once, and earlier keys are not published any more.",
  params: {},
  responses: { 204: { description: "They were revoked, or there were none." }, ...refusals() },
};

/** The messages to webhooks and wake streams, and the tokens of wakes. */
export function describeWakes({ openAPIRegistry: registry }: OpenAPIHono<AppEnv>): void {
  registry.registerComponent("securitySchemes", "wake", {
    type: "http",
    scheme: "bearer",
    description: "The token of a wake, for that wake only.",
  });
  registry.register("WakeEvent", wakeEventOutput);
  registry.registerWebhook({
    ...shared,
    method: "post",
    path: "wake",
    operationId: "wake",
    summary: "The call of a webhook about streams with news",
    security: [],
    request: {
      headers: z.object({
        "webhook-signature": z.string().openapi({
          description:
            "`t=SECONDS,kid=KEY,ed25519=SIGNATURE`: in base64url, of the time, a full stop and the body.",
        }),
      }),
      body: { required: true, content: { "application/json": { schema: notificationOutput } } },
    },
    responses: {
      "2XX": {
        description: "It has arrived. With `done`, all that it reports is acknowledged.",
        content: { "application/json": { schema: z.object({ done: z.boolean().optional() }) } },
      },
    },
  });
}
