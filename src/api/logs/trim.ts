import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { AppEnv } from "../../http/env.ts";
import { serve } from "../../http/route.ts";
import type { Scope } from "../../http/scope.ts";
import type { Api } from "../../routing/context.ts";
import { change, changeOperation } from "./change.ts";

const trimInput = z
  .strictObject({
    before: z.int().min(0).openapi({ description: "Records before this sequence number are dropped." }),
  })
  .openapi("TrimInput");

/** `POST …/logs/{log}/trim`. */
export function trimRoute(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  const operation = {
    ...changeOperation(scope, "trim"),
    summary: "Drop the first records",
    description: "For ever. Idempotent: trimmed records stay trimmed.",
    allows: "admin",
    body: trimInput,
  } as const;
  serve(app, operation, (c, { params: { log: name }, query, body: { before } }) =>
    change(c, api, query.timeout_ms, { kind: "trim", name, before }),
  );
}
