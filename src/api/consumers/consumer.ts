import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { permit } from "../../http/auth.ts";
import type { AppEnv } from "../../http/env.ts";
import { describeJsonBody, requireJsonBody } from "../../http/json-body.ts";
import { errorResponses } from "../../http/openapi.ts";
import { consistencyQuery, deadlineQuery } from "../../http/parameters.ts";
import type { Scope } from "../../http/scope.ts";
import { carryOut } from "../../routing/carry-out.ts";
import type { Api } from "../../routing/context.ts";
import { visit } from "../../routing/visit.ts";
import { consumerDocument, consumerNotFound } from "./documents.ts";
import { changeOf, consumerInput, expectedVersion, versionHeaders } from "./input.ts";
import { consumerOf, consumerOutput, documentOutput, versionTag } from "./output.ts";

const answered = {
  headers: {
    ETag: {
      description: "The version, for `If-Match` of the next write.",
      schema: { type: "string" as const },
    },
  },
  content: { "application/json": { schema: consumerOutput } },
};

/** `GET` and `PUT` of `…/logs/{log}/consumers/{consumer}`. */
export function consumerRoutes(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  getRoute(app, api, scope);
  putRoute(app, api, scope);
}

function getRoute(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  const route = createRoute({
    method: "get",
    path: `${scope.base}/logs/{log}/consumers/{consumer}`,
    operationId: `getConsumer${scope.suffix}`,
    summary: "A consumer's position and lease",
    tags: ["consumers"],
    middleware: permit("read"),
    request: { params: scope.consumerParams, query: z.strictObject(consistencyQuery) },
    responses: { 200: { description: "The consumer.", ...answered }, ...errorResponses },
  });
  app.openapi(route, async (c) => {
    const { log, consumer } = c.req.valid("param");
    const query = c.req.valid("query");
    const at = await visit(c, api, query.timeout_ms);
    const document = await consumerDocument(at, log, consumer, query);
    return c.json(documentOutput(document), 200, {
      "Cache-Control": "no-store",
      ETag: versionTag(document),
    });
  });
}

function putRoute(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  const route = createRoute({
    method: "put",
    path: `${scope.base}/logs/{log}/consumers/{consumer}`,
    operationId: `putConsumer${scope.suffix}`,
    summary: "Move, lease or release a consumer",
    description:
      "Makes it where there is none, unless it only gives a lease back (`consumer-not-found`). While somebody has the lease, only its holder may. A move by a holder is refused once that one's lease is over, unless it takes the lease again.",
    tags: ["consumers"],
    middleware: permit("append"),
    request: {
      params: scope.consumerParams,
      query: z.strictObject(deadlineQuery),
      headers: versionHeaders,
    },
    responses: { 200: { description: "It is written.", ...answered }, ...errorResponses },
  });
  describeJsonBody(app, route, consumerInput, { required: true });
  app.openapi({ ...route, hide: true }, async (c) => {
    const { log: name, consumer } = c.req.valid("param");
    const condition = { expectedVersion: expectedVersion(c.req.valid("header")) };
    const change = changeOf(await requireJsonBody(c.req.raw, consumerInput));
    const command = { kind: "consumer", name, consumer, ...change, ...condition } as const;
    const outcome = await carryOut(await visit(c, api, c.req.valid("query").timeout_ms), command);
    if (outcome.consumer === null) throw consumerNotFound(name, consumer);
    return c.json(consumerOf(consumer, outcome.consumer), 200, { ETag: versionTag(outcome.consumer) });
  });
}
