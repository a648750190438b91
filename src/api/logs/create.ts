import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { AppEnv } from "../../http/env.ts";
import { errorResponses } from "../../http/openapi.ts";
import { deadlineQuery } from "../../http/parameters.ts";
import { serve } from "../../http/route.ts";
import type { Scope } from "../../http/scope.ts";
import { createCommand } from "../../log/commands.ts";
import { carryOut } from "../../routing/carry-out.ts";
import type { Api } from "../../routing/context.ts";
import { visit } from "../../routing/visit.ts";
import { logInput, settingsOf } from "./input.ts";
import { createdOutput, stateOf } from "./output.ts";

const json = { content: { "application/json": { schema: createdOutput } } };

/** `PUT …/logs/{log}`. */
export function createRoute(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  serve(
    app,
    {
      method: "put",
      path: `${scope.base}/logs/{log}`,
      operationId: `createLog${scope.suffix}`,
      summary: "Create a log, or set its retention",
      description:
        "Idempotent. An existing log keeps its records and settings, except `retention`, which is set if it is given. A log that was deleted continues where it ended: no sequence number is used twice.",
      tags: ["logs"],
      allows: "admin",
      params: scope.logParams,
      query: z.strictObject(deadlineQuery),
      body: logInput.optional(),
      responses: {
        200: { description: "It existed already.", ...json },
        201: { description: "It was created.", ...json },
        ...errorResponses,
      },
    },
    (c, { params, query, body }) => create(c, api, params.log, query.timeout_ms, body ?? {}),
  );
}

async function create(
  c: Context<AppEnv>,
  api: Api,
  name: string,
  timeoutMs: number,
  input: z.infer<typeof logInput>,
): Promise<Response> {
  const existing = input.retention === undefined ? "keep" : "set";
  const command = createCommand(name, { settings: settingsOf(input), existing });
  const { tail, fresh, state } = await carryOut(await visit(c, api, timeoutMs), command);
  return c.json({ name, tail, created: fresh, ...stateOf(state) }, fresh ? 201 : 200);
}
