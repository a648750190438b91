import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { AppEnv } from "../../http/env.ts";
import { errorResponses } from "../../http/openapi.ts";
import { deadlineQuery, leaseHolder } from "../../http/parameters.ts";
import { serve } from "../../http/route.ts";
import type { Scope } from "../../http/scope.ts";
import { consumerIn } from "../../log/consumer.ts";
import type { Document } from "../../log/view.ts";
import { carryOut } from "../../routing/carry-out.ts";
import type { Api } from "../../routing/context.ts";
import { newest } from "../../routing/query.ts";
import { refusalProblem } from "../../routing/refusal.ts";
import { type Visit, visit } from "../../routing/visit.ts";
import { consumerDocument, consumerNotFound } from "./documents.ts";
import { expectedVersion, versionHeaders } from "./input.ts";

const deleteQuery = z.strictObject({
  ...deadlineQuery,
  holder: leaseHolder.optional().openapi({ description: "The holder of the lease, if there is one." }),
});

const deleteHeaders = versionHeaders.pick({ "if-match": true });

/** `DELETE …/logs/{log}/consumers/{consumer}`. */
export function deleteConsumerRoute(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  const operation = {
    method: "delete" as const,
    path: `${scope.base}/logs/{log}/consumers/{consumer}`,
    operationId: `deleteConsumer${scope.suffix}`,
    summary: "Delete a consumer",
    description:
      "While there is a lease, only its holder may delete the consumer. If another write comes in between, it is not deleted (`version-mismatch`).",
    tags: ["consumers"],
    allows: "append" as const,
    params: scope.consumerParams,
    query: deleteQuery,
    headers: deleteHeaders,
    responses: { 204: { description: "It is deleted." }, ...errorResponses },
  };
  serve(app, operation, async (c, { params, query, headers }) => {
    const { log: name, consumer } = params;
    const { timeout_ms, holder = null } = query;
    const at = await visit(c, api, timeout_ms);
    const document = await consumerDocument(at, name, consumer, { timeout_ms, ...newest });
    const { version: present } = document;
    if ((expectedVersion(headers) ?? present) !== present)
      throw refusalProblem({ reason: "version-mismatch", version: present }, name);
    const version = await released(at, name, consumer, holder, document);
    const deletion = { kind: "document", name, value: null, expectedVersion: version } as const;
    await carryOut(at, { ...deletion, key: document.key });
    return c.body(null, 204);
  });
}

/**
 * The version of a consumer without a lease. Only the leader's clock tells whether a lease is in force, and a deletion
 * does not check that. So the lease is released first, which the leader refuses to all but its holder.
 */
async function released(
  at: Visit,
  name: string,
  consumer: string,
  holder: string | null,
  document: Document,
): Promise<number> {
  const { lease, version } = consumerIn(document);
  if (lease === null) return version;
  const release = { kind: "consumer", name, consumer, position: null, holder, leaseMs: 0 } as const;
  const outcome = await carryOut(at, { ...release, expectedVersion: version });
  // Another client has deleted it meanwhile.
  if (outcome.consumer === null) throw consumerNotFound(name, consumer);
  return outcome.consumer.version;
}
