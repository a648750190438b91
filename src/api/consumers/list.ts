import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { cursorOf, nameIn } from "../../http/cursor.ts";
import type { AppEnv } from "../../http/env.ts";
import { errorResponses } from "../../http/openapi.ts";
import { consistencyQuery, consumerName, naturalParameter } from "../../http/parameters.ts";
import { serve } from "../../http/route.ts";
import type { Scope } from "../../http/scope.ts";
import { CONSUMER_PREFIX, consumerKey } from "../../log/consumer.ts";
import type { Api } from "../../routing/context.ts";
import { visit } from "../../routing/visit.ts";
import { consumerDocuments } from "./documents.ts";
import { consumerOutput, documentOutput } from "./output.ts";

const listQuery = z.strictObject({
  ...consistencyQuery,
  limit: naturalParameter(1, 1_000)
    .default(100)
    .openapi({ description: "Consumers, at most.", default: 100 }),
  cursor: z.string().optional().openapi({ description: "The `cursor` of the page before." }),
});

const consumersOutput = z
  .object({
    consumers: z.array(consumerOutput),
    cursor: z.string().nullable().openapi({ description: "Asks for the next page; null on the last one." }),
  })
  .openapi("Consumers");

/** `GET …/logs/{log}/consumers`. */
export function listConsumersRoute(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  const operation = {
    method: "get" as const,
    path: `${scope.base}/logs/{log}/consumers`,
    operationId: `listConsumers${scope.suffix}`,
    summary: "A log's consumers",
    tags: ["consumers"],
    allows: "read" as const,
    params: scope.logParams,
    query: listQuery,
    responses: {
      200: {
        description: "Consumers, in the order of their names.",
        content: { "application/json": { schema: consumersOutput } },
      },
      ...errorResponses,
    },
  };
  serve(app, operation, async (c, { params, query: { limit, cursor, ...options } }) => {
    const after = cursor === undefined ? null : consumerKey(nameIn(cursor, consumerName));
    // One more shows whether there are more.
    const asked = { prefix: CONSUMER_PREFIX, after, limit: limit + 1 };
    const at = await visit(c, api, options.timeout_ms);
    const documents = await consumerDocuments(at, params.log, asked, options);
    const consumers = documents.slice(0, limit).map(documentOutput);
    const last = documents.length > limit ? consumers.at(-1) : undefined;
    return c.json({ consumers, cursor: last === undefined ? null : cursorOf(last.name) }, 200);
  });
}
