import type { OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { decodeText, parseJson, readBody } from "../../http/body.ts";
import type { AppEnv } from "../../http/env.ts";
import type { Scope } from "../../http/scope.ts";
import { clusterNameIn } from "../../http/scope.ts";
import { outcomeUnknown } from "../../routing/attempts.ts";
import type { Api } from "../../routing/context.ts";
import { callOf } from "../../routing/world.ts";
import { askDeliverer, delivererPaths } from "../../transport/deliverer.ts";
import { TransportError } from "../../transport/transport-error.ts";
import { REQUEST_TIMEOUT_MS } from "../request.ts";
import { type Route, serveRoute } from "../route.ts";
import { backingOf } from "./backing.ts";
import { Documents } from "./documents.ts";
import { subscriptionParams } from "./input.ts";
import { type Operation, type OperationReply, refusalReply } from "./operation.ts";
import { type RefusalCode, refusal } from "./refusal.ts";

/** How long an operation may take, ms: it reads and writes, some of it several times. */
const operationTimeoutMs = 30_000;

/** Room for an acknowledgement of each stream that a subscription may have. */
const bodyBytesMax = 2_097_152;

/** A request that ends in a refusal of the protocol's own form. */
export class SubscriptionRefused extends Error {
  readonly reply: OperationReply;
  constructor(code: RefusalCode, message: string) {
    super(message);
    this.name = "SubscriptionRefused";
    this.reply = refusalReply(refusal(code, message));
  }
}

/** Serves a route whose refusals have the protocol's own form. */
export function serveControl(
  app: OpenAPIHono<AppEnv>,
  scope: Scope,
  route: Route,
  handler: (c: Context<AppEnv>) => Promise<Response>,
): void {
  serveRoute(app, scope, route, async (c) => {
    try {
      return await handler(c);
    } catch (error) {
      if (error instanceof SubscriptionRefused) return toResponse(error.reply);
      throw error;
    }
  });
}

/** The subscription in a path. Throws `INVALID_REQUEST`. */
export function subscriptionInPath(c: Context<AppEnv>): string {
  return parsed(subscriptionParams.id, c.req.param("id"), "id");
}

/** A body, checked by `schema`. Throws `INVALID_REQUEST`, and the problems of `readBody`. */
export async function jsonBody<T extends z.ZodType>(c: Context<AppEnv>, schema: T): Promise<z.output<T>> {
  const bytes = await readBody(c.req.raw, bodyBytesMax);
  return parsed(schema, parseJson(decodeText(bytes)), "body");
}

/** Answers with the answer of the object that serves the subscriptions of the cluster in the path. */
export async function operate(c: Context<AppEnv>, api: Api, operation: Operation): Promise<Response> {
  const { name } = await api.directory.resolve(callOf(c, api.world, REQUEST_TIMEOUT_MS), clusterNameIn(c));
  const { DELIVERERS: deliverers } = c.env;
  try {
    return await askDeliverer(deliverers, name, delivererPaths.operation, operation, operationTimeoutMs);
  } catch (cause) {
    if (!(cause instanceof TransportError)) throw cause;
    throw outcomeUnknown(cause);
  }
}

/** The cluster in the path. */
export function documentsOf(c: Context<AppEnv>, api: Api): Documents {
  return new Documents(backingOf(api, clusterNameIn(c), () => callOf(c, api.world, REQUEST_TIMEOUT_MS)));
}

/** The URL of the stream root that a request came to. */
export function streamRootOf(c: Context<AppEnv>): string {
  const { origin, pathname } = new URL(c.req.url);
  return origin + pathname.slice(0, pathname.indexOf("/__ds"));
}

function toResponse({ status, body }: OperationReply): Response {
  return Response.json(body, { status });
}

function parsed<T extends z.ZodType>(schema: T, value: unknown, where: string): z.output<T> {
  const { data, success, error } = schema.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  const at = [where, ...(issue?.path ?? [])].join(".");
  throw new SubscriptionRefused("INVALID_REQUEST", `${at}: ${issue?.message ?? "is not valid"}`);
}
