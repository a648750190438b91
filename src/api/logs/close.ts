import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { AppEnv } from "../../http/env.ts";
import { producerHeaders, producerOf } from "../../http/producer-headers.ts";
import { serve } from "../../http/route.ts";
import type { Scope } from "../../http/scope.ts";
import type { Api } from "../../routing/context.ts";
import { change, changeOperation } from "./change.ts";

/** `POST …/logs/{log}/close`. */
export function closeRoute(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  const operation = {
    ...changeOperation(scope, "close"),
    summary: "Seal a log",
    description:
      "For ever: the log accepts no more records, and its readers learn that it ends. Idempotent. With a producer, for which this is the next batch, a close by another client is refused (`log-closed`).",
    allows: "append",
    headers: z.object(producerHeaders),
    // A body can only be a condition that a client believes in, and closing can't be undone: so none is ignored.
    body: z.strictObject({}).optional(),
  } as const;
  serve(app, operation, (c, { params: { log: name }, query, headers }) =>
    change(c, api, query.timeout_ms, { kind: "close", name, producer: producerOf(headers) }),
  );
}
