import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Description } from "../transport/protocol.ts";
import { permit } from "./auth.ts";
import { type Api, type AppEnv, callOf } from "./context.ts";
import { errorResponses } from "./openapi.ts";
import { consistencyQuery, deadlineQuery } from "./parameters.ts";
import { queryCluster } from "./query.ts";
import { logNotFound, refusalProblem } from "./refusal.ts";
import { clusterInPath, type Scope } from "./scope.ts";

const writeQuery = z.strictObject(deadlineQuery);
const describeQuery = z.strictObject(consistencyQuery);
const position = z.int().min(0);
const tail = position.openapi({ description: "The next sequence number." });
const createdOutput = z.object({ name: z.string(), tail, created: z.boolean() }).openapi("LogCreated");
const logOutput = z
  .object({
    name: z.string(),
    earliest: position.openapi({ description: "The first sequence number." }),
    tail,
    created_at: z.int().openapi({ description: "ms since the epoch" }),
    timestamp: z.int().openapi({ description: "Of the last append, or the creation, ms since the epoch." }),
  })
  .openapi("Log");
/** `PUT`, `GET`, `HEAD` and `DELETE` of `…/logs/{log}`. */
export function logRoutes(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  createRoutes(app, api, scope);
  describeRoutes(app, api, scope);
  deleteRoutes(app, api, scope);
}

function createRoutes(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  const json = { content: { "application/json": { schema: createdOutput } } };
  const route = createRoute({
    method: "put",
    path: `${scope.base}/logs/{log}`,
    operationId: `createLog${scope.suffix}`,
    summary: "Create a log",
    description:
      "Idempotent. A log that was deleted goes on where it ended: no sequence number is used twice.",
    tags: ["logs"],
    middleware: permit("admin"),
    request: { params: scope.logParams, query: writeQuery },
    responses: {
      200: { description: "It was there.", ...json },
      201: { description: "It was created.", ...json },
      ...errorResponses,
    },
  });
  app.openapi(route, async (c) => {
    const name = c.req.valid("param").log;
    const call = callOf(c, api.world, c.req.valid("query").timeout_ms);
    const outcome = await api.router.command(call, await clusterInPath(c, api, call), {
      kind: "create",
      name,
    });
    if (outcome.kind === "refused") throw refusalProblem(outcome.refusal, name);
    if (outcome.kind !== "created") throw new Error("a creation had the outcome of something else");
    return c.json({ name, tail: outcome.tail, created: outcome.fresh }, outcome.fresh ? 201 : 200);
  });
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
    const { result, index } = await queryCluster(c, api, { kind: "describe", name }, c.req.valid("query"));
    if (result.kind !== "description") throw logNotFound(name);
    return c.json(outputOf(result), 200, {
      "Cache-Control": "no-store",
      ETag: `"${result.tail}"`,
      "Timberline-Tail": String(result.tail),
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
    const call = callOf(c, api.world, c.req.valid("query").timeout_ms);
    const outcome = await api.router.command(call, await clusterInPath(c, api, call), {
      kind: "delete",
      name,
    });
    if (outcome.kind === "refused") throw refusalProblem(outcome.refusal, name);
    return c.body(null, 204);
  });
}

function outputOf({ name, earliest, tail, createdAt, timestamp }: Description): z.infer<typeof logOutput> {
  return { name, earliest, tail, created_at: createdAt, timestamp };
}
