import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { AppEnv } from "../../http/env.ts";
import { errorResponses } from "../../http/openapi.ts";
import { deadlineQuery } from "../../http/parameters.ts";
import { serve } from "../../http/route.ts";
import type { Scope } from "../../http/scope.ts";
import { carryOut } from "../../routing/carry-out.ts";
import type { Api } from "../../routing/context.ts";
import { visit } from "../../routing/visit.ts";

/** `DELETE …/logs/{log}`. */
export function deleteRoute(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  serve(
    app,
    {
      method: "delete",
      path: `${scope.base}/logs/{log}`,
      operationId: `deleteLog${scope.suffix}`,
      summary: "Delete a log and its records",
      tags: ["logs"],
      allows: "admin",
      params: scope.logParams,
      query: z.strictObject(deadlineQuery),
      responses: { 204: { description: "It is deleted." }, ...errorResponses },
    },
    async (c, { params, query }) => {
      await carryOut(await visit(c, api, query.timeout_ms), { kind: "delete", name: params.log });
      return c.body(null, 204);
    },
  );
}
