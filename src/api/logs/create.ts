import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { permit } from "../../http/auth.ts";
import type { AppEnv } from "../../http/env.ts";
import { describeJsonBody, readJsonBody } from "../../http/json-body.ts";
import { errorResponses } from "../../http/openapi.ts";
import { deadlineQuery } from "../../http/parameters.ts";
import type { Scope } from "../../http/scope.ts";
import { createCommand } from "../../log/commands.ts";
import { carryOut } from "../../routing/carry-out.ts";
import type { Api } from "../../routing/context.ts";
import { visit } from "../../routing/visit.ts";
import { logInput, settingsOf } from "./input.ts";
import { createdOutput, stateOf } from "./output.ts";

/** `PUT …/logs/{log}`. */
export function logCreateRoutes(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  const json = { content: { "application/json": { schema: createdOutput } } };
  const route = createRoute({
    method: "put",
    path: `${scope.base}/logs/{log}`,
    operationId: `createLog${scope.suffix}`,
    summary: "Create a log, or set its retention",
    description:
      "Idempotent. A log that is there keeps its records and settings, but for `retention`, which is set where it is given. A log that was deleted goes on where it ended: no sequence number is used twice.",
    tags: ["logs"],
    middleware: permit("admin"),
    request: { params: scope.logParams, query: z.strictObject(deadlineQuery) },
    responses: {
      200: { description: "It was there.", ...json },
      201: { description: "It was created.", ...json },
      ...errorResponses,
    },
  });
  describeJsonBody(app, route, logInput);
  app.openapi({ ...route, hide: true }, async (c) => {
    const name = c.req.valid("param").log;
    const input = (await readJsonBody(c.req.raw, logInput)) ?? {};
    const existing = input.retention === undefined ? "keep" : "set";
    const command = createCommand(name, { settings: settingsOf(input), existing });
    const at = await visit(c, api, c.req.valid("query").timeout_ms);
    const { tail, fresh, state } = await carryOut(at, command);
    return c.json({ name, tail, created: fresh, ...stateOf(state) }, fresh ? 201 : 200);
  });
}
