import type { Route } from "../route.ts";
import { refusals, shared } from "./docs.ts";
import { ackInput, claimInput, subscriptionParams, wakeInput } from "./input.ts";
import { ackOutput, claimOutput } from "./output.ts";

const path = "/stream/__ds/subscriptions/{id}";
const byToken = { ...shared, security: [{ wake: [] }], params: subscriptionParams };
const acknowledged = {
  description: "The cursors have moved.",
  content: { "application/json": { schema: ackOutput } },
};

export const claimRoute: Route = {
  ...shared,
  method: "post",
  path: `${path}/claim`,
  operationId: "claimWake",
  summary: "Take the wake in flight, or a new one, if there is work",
  params: subscriptionParams,
  body: claimInput,
  responses: {
    200: {
      description: "The worker has the wake.",
      content: { "application/json": { schema: claimOutput } },
    },
    ...refusals("SUBSCRIPTION_NOT_FOUND", "ALREADY_CLAIMED", "NO_PENDING_WORK"),
  },
};

const acknowledging = {
  ...byToken,
  method: "post",
  body: ackInput,
  responses: {
    200: acknowledged,
    ...refusals(...(["TOKEN_INVALID", "SUBSCRIPTION_NOT_FOUND", "FENCED", "INVALID_OFFSET"] as const)),
  },
} as const;

export const callbackRoute: Route = {
  ...acknowledging,
  path: `${path}/callback`,
  operationId: "answerWake",
  summary: "Acknowledge as the webhook that was called",
};

export const ackRoute: Route = {
  ...acknowledging,
  path: `${path}/ack`,
  operationId: "acknowledgeWake",
  summary: "Acknowledge as the worker that has claimed",
};

export const releaseRoute: Route = {
  ...byToken,
  method: "post",
  path: `${path}/release`,
  operationId: "releaseWake",
  summary: "Release a claimed wake",
  body: wakeInput,
  responses: {
    204: { description: "Other workers can claim it." },
    ...refusals("TOKEN_INVALID", "SUBSCRIPTION_NOT_FOUND", "FENCED"),
  },
};
