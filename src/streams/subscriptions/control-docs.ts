import type { Route } from "../route.ts";
import { configurationInput } from "./configuration.ts";
import { refusals, shared } from "./docs.ts";
import { linkedPath, streamsInput, subscriptionParams } from "./input.ts";
import { subscriptionOutput } from "./output.ts";

const path = "/stream/__ds/subscriptions/{id}";
const content = { "application/json": { schema: subscriptionOutput } };

export const putRoute: Route = {
  ...shared,
  method: "put",
  path,
  operationId: "putSubscription",
  summary: "Subscribe to streams",
  description:
    "Idempotent. A webhook is called (see the webhook `wake`); with the type `pull-wake`, a `#/components/schemas/WakeEvent` is appended to the wake stream, and workers claim. Messages that are appended from now on cause wakes.",
  params: subscriptionParams,
  body: configurationInput,
  responses: {
    200: { description: "It exists already, with this configuration.", content },
    201: { description: "It was created.", content },
    ...refusals("WEBHOOK_URL_REJECTED", "SUBSCRIPTION_ALREADY_EXISTS", "TOO_MANY_SUBSCRIPTIONS"),
  },
};

export const getRoute: Route = {
  ...shared,
  method: "get",
  path,
  operationId: "getSubscription",
  summary: "A subscription, and its cursors",
  params: subscriptionParams,
  responses: { 200: { description: "The subscription.", content }, ...refusals("SUBSCRIPTION_NOT_FOUND") },
};

export const deleteRoute: Route = {
  ...shared,
  method: "delete",
  path,
  operationId: "deleteSubscription",
  summary: "End a subscription",
  params: subscriptionParams,
  responses: { 204: { description: "It was ended, or there was none." }, ...refusals() },
};

export const linkRoute: Route = {
  ...shared,
  method: "post",
  path: `${path}/streams`,
  operationId: "linkStreams",
  summary: "Link more streams to a subscription, at their ends",
  params: subscriptionParams,
  body: streamsInput,
  responses: { 204: { description: "They are linked." }, ...refusals("SUBSCRIPTION_NOT_FOUND") },
};

export const unlinkRoute: Route = {
  ...shared,
  method: "delete",
  path: `${path}/streams/{path}`,
  operationId: "unlinkStream",
  summary: "Unlink a stream that was linked by its name",
  description: "A stream that the pattern matches stays linked.",
  params: { ...subscriptionParams, path: linkedPath },
  responses: { 204: { description: "It is not linked by name." }, ...refusals("SUBSCRIPTION_NOT_FOUND") },
};
