import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { AppEnv } from "../../http/env.ts";
import { errorResponses } from "../../http/openapi.ts";
import { deadlineQuery } from "../../http/parameters.ts";
import { serve } from "../../http/route.ts";
import type { Scope } from "../../http/scope.ts";
import { carryOut } from "../../routing/carry-out.ts";
import type { Api } from "../../routing/context.ts";
import { visit } from "../../routing/visit.ts";
import { consumerNotFound } from "./documents.ts";
import { changeOf, consumerInput, expectedVersion, versionHeaders } from "./input.ts";
import { consumerAnswer, consumerOf, versionTag } from "./output.ts";

/** `PUT …/logs/{log}/consumers/{consumer}`. */
export function putConsumerRoute(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  const operation = {
    method: "put" as const,
    path: `${scope.base}/logs/{log}/consumers/{consumer}`,
    operationId: `putConsumer${scope.suffix}`,
    summary: "Move, lease or release a consumer",
    description:
      "Creates the consumer if there is none, unless the request only releases a lease (`consumer-not-found`). While there is a lease, only its holder may write. Once the lease is over, a move under it is refused, unless it takes the lease again: then give `If-Match`, as another client may have moved the position since.",
    tags: ["consumers"],
    allows: "append" as const,
    params: scope.consumerParams,
    query: z.strictObject(deadlineQuery),
    headers: versionHeaders,
    body: consumerInput,
    responses: { 200: { description: "It is written.", ...consumerAnswer }, ...errorResponses },
  };
  serve(app, operation, async (c, { params: { log: name, consumer }, query, headers, body }) => {
    const condition = { expectedVersion: expectedVersion(headers) };
    const change = changeOf(body);
    const command = { kind: "consumer", name, consumer, ...change, ...condition } as const;
    const outcome = await carryOut(await visit(c, api, query.timeout_ms), command);
    if (outcome.consumer === null) throw consumerNotFound(name, consumer);
    return c.json(consumerOf(consumer, outcome.consumer), 200, { ETag: versionTag(outcome.consumer) });
  });
}
