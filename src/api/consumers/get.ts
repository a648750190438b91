import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { AppEnv } from "../../http/env.ts";
import { errorResponses } from "../../http/openapi.ts";
import { consistencyQuery } from "../../http/parameters.ts";
import { serve } from "../../http/route.ts";
import type { Scope } from "../../http/scope.ts";
import type { Api } from "../../routing/context.ts";
import { visit } from "../../routing/visit.ts";
import { consumerDocument } from "./documents.ts";
import { consumerAnswer, documentOutput, versionTag } from "./output.ts";

/** `GET …/logs/{log}/consumers/{consumer}`. */
export function getConsumerRoute(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  const operation = {
    method: "get" as const,
    path: `${scope.base}/logs/{log}/consumers/{consumer}`,
    operationId: `getConsumer${scope.suffix}`,
    summary: "A consumer's position and lease",
    tags: ["consumers"],
    allows: "read" as const,
    params: scope.consumerParams,
    query: z.strictObject(consistencyQuery),
    responses: { 200: { description: "The consumer.", ...consumerAnswer }, ...errorResponses },
  };
  serve(app, operation, async (c, { params: { log, consumer }, query }) => {
    const at = await visit(c, api, query.timeout_ms);
    const document = await consumerDocument(at, log, consumer, query);
    return c.json(documentOutput(document), 200, {
      "Cache-Control": "no-store",
      ETag: versionTag(document),
    });
  });
}
