import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { AppEnv } from "../../http/env.ts";
import { errorResponses } from "../../http/openapi.ts";
import { consistencyQuery } from "../../http/parameters.ts";
import { describe, type Operation, serve } from "../../http/route.ts";
import type { Scope } from "../../http/scope.ts";
import type { Api } from "../../routing/context.ts";
import { describeLog } from "../../routing/describe.ts";
import { visit } from "../../routing/visit.ts";
import { logOf, logOutput } from "./output.ts";

const headers = {
  ETag: {
    description: "The tail token, for `If-Match` of an append.",
    schema: { type: "string" as const },
  },
  "Timberline-Tail": { description: "The next sequence number.", schema: { type: "integer" as const } },
  "Timberline-Index": {
    description: "The committed index as of which this is true.",
    schema: { type: "integer" as const },
  },
};

/** `GET` and `HEAD` of `…/logs/{log}`. */
export function describeRoute(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  const shared = {
    path: `${scope.base}/logs/{log}`,
    tags: ["logs"],
    allows: "read",
    params: scope.logParams,
    query: z.strictObject(consistencyQuery),
  } as const satisfies Partial<Operation>;
  const get = {
    ...shared,
    method: "get",
    operationId: `describeLog${scope.suffix}`,
    summary: "Describe a log",
    responses: {
      200: { description: "The log.", headers, content: { "application/json": { schema: logOutput } } },
      ...errorResponses,
    },
  } as const;
  describe(app, {
    ...shared,
    method: "head",
    operationId: `headLog${scope.suffix}`,
    summary: "A log's tail, in headers",
    responses: { 200: { description: "The log.", headers }, ...errorResponses },
  });
  serve(app, get, async (c, { params, query }) => {
    const at = await visit(c, api, query.timeout_ms);
    const { log, index } = await describeLog(at, params.log, query, false);
    return c.json(logOf(log), 200, {
      "Cache-Control": "no-store",
      ETag: `"${log.tail}"`,
      "Timberline-Tail": String(log.tail),
      "Timberline-Index": String(index),
    });
  });
}
