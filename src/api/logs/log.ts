import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { permit } from "../../http/auth.ts";
import type { AppEnv } from "../../http/env.ts";
import { errorResponses } from "../../http/openapi.ts";
import { consistencyQuery, deadlineQuery } from "../../http/parameters.ts";
import type { Scope } from "../../http/scope.ts";
import { carryOut } from "../../routing/carry-out.ts";
import type { Api } from "../../routing/context.ts";
import { describeLog } from "../../routing/describe.ts";
import { visit } from "../../routing/visit.ts";
import { logOf, logOutput } from "./output.ts";

const writeQuery = z.strictObject(deadlineQuery);
const describeQuery = z.strictObject(consistencyQuery);

/** `GET`, `HEAD` and `DELETE` of `…/logs/{log}`. */
export function logRoutes(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  describeRoutes(app, api, scope);
  deleteRoutes(app, api, scope);
}

function describeRoutes(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  const headers = {
    ETag: {
      description: "The tail token, for `If-Match` of an append.",
      schema: { type: "string" as const },
    },
    "Timberline-Tail": { description: "The next sequence number.", schema: { type: "integer" as const } },
    "Timberline-Index": {
      description: "The committed index that this is true of.",
      schema: { type: "integer" as const },
    },
  };
  const shared = {
    path: `${scope.base}/logs/{log}`,
    tags: ["logs"],
    request: { params: scope.logParams, query: describeQuery },
  };
  const route = createRoute({
    ...shared,
    method: "get",
    operationId: `describeLog${scope.suffix}`,
    summary: "Describe a log",
    middleware: permit("read"),
    responses: {
      200: { description: "The log.", headers, content: { "application/json": { schema: logOutput } } },
      ...errorResponses,
    },
  });
  app.openAPIRegistry.registerPath({
    ...shared,
    method: "head",
    operationId: `headLog${scope.suffix}`,
    summary: "A log's tail, in headers",
    responses: { 200: { description: "The log.", headers }, ...errorResponses },
  });
  app.openapi(route, async (c) => {
    const name = c.req.valid("param").log;
    const query = c.req.valid("query");
    const at = await visit(c, api, query.timeout_ms);
    const { log, index } = await describeLog(at, name, query, false);
    return c.json(logOf(log), 200, {
      "Cache-Control": "no-store",
      ETag: `"${log.tail}"`,
      "Timberline-Tail": String(log.tail),
      "Timberline-Index": String(index),
    });
  });
}

function deleteRoutes(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  const route = createRoute({
    method: "delete",
    path: `${scope.base}/logs/{log}`,
    operationId: `deleteLog${scope.suffix}`,
    summary: "Delete a log and its records",
    tags: ["logs"],
    middleware: permit("admin"),
    request: { params: scope.logParams, query: writeQuery },
    responses: { 204: { description: "It is deleted." }, ...errorResponses },
  });
  app.openapi(route, async (c) => {
    const name = c.req.valid("param").log;
    const at = await visit(c, api, c.req.valid("query").timeout_ms);
    await carryOut(at, { kind: "delete", name });
    return c.body(null, 204);
  });
}
