import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { permit } from "../../http/auth.ts";
import type { AppEnv } from "../../http/env.ts";
import { describeJsonBody, requireJsonBody } from "../../http/json-body.ts";
import { errorResponses } from "../../http/openapi.ts";
import { deadlineQuery, fencingToken } from "../../http/parameters.ts";
import { producerHeaders, producerOf } from "../../http/producer-headers.ts";
import type { Scope } from "../../http/scope.ts";
import type { CloseCommand, FenceCommand, TrimCommand } from "../../log/types.ts";
import { carryOut } from "../../routing/carry-out.ts";
import type { Api } from "../../routing/context.ts";
import { visit } from "../../routing/visit.ts";

const trimInput = z
  .strictObject({
    before: z.int().min(0).openapi({ description: "Records before this sequence number are dropped." }),
  })
  .openapi("TrimInput");

const fenceInput = z
  .strictObject({
    token: fencingToken.nullable().openapi({
      description: "From now on an append that names another token is refused; null takes the token away.",
    }),
    expected: fencingToken.nullable().optional().openapi({
      description: "Only if this is the token in force; null: only if there is none.",
    }),
  })
  .openapi("FenceInput");

const position = z.int().min(0);

const changedOutput = z
  .object({
    earliest: position.openapi({ description: "The first record that is not trimmed." }),
    tail: position.openapi({ description: "The next sequence number." }),
    closed: z.boolean(),
    fencing_token: z.string().nullable(),
    duplicate: z.boolean().openapi({ description: "The producer's closing had happened already." }),
  })
  .openapi("LogChanged");

/** `POST …/logs/{log}/trim`, `…/close` and `…/fence`. */
export function logChangeRoutes(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  trimRoute(app, api, scope);
  closeRoute(app, api, scope);
  fenceRoute(app, api, scope);
}

function trimRoute(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  const route = createRoute({
    ...routeOf(scope, "trim"),
    summary: "Drop the first records",
    description: "For good. Idempotent: what is trimmed already stays so.",
    middleware: permit("admin"),
  });
  describeJsonBody(app, route, trimInput, { required: true });
  app.openapi({ ...route, hide: true }, async (c) => {
    const { before } = await requireJsonBody(c.req.raw, trimInput);
    const command = { kind: "trim", name: c.req.valid("param").log, before } as const;
    return c.json(await changed(c, api, c.req.valid("query").timeout_ms, command), 200);
  });
}

function closeRoute(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  const shared = routeOf(scope, "close");
  const route = createRoute({
    ...shared,
    summary: "Seal a log",
    description:
      "For ever: it takes no more records, and its readers learn that it ends. Idempotent; with a producer, whose next batch this is, a closing by another one is told apart.",
    middleware: permit("append"),
    request: { ...shared.request, headers: z.object(producerHeaders) },
  });
  app.openapi(route, async (c) => {
    const producer = producerOf(c.req.valid("header"));
    const command = { kind: "close", name: c.req.valid("param").log, producer } as const;
    return c.json(await changed(c, api, c.req.valid("query").timeout_ms, command), 200);
  });
}

function fenceRoute(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  const route = createRoute({
    ...routeOf(scope, "fence"),
    summary: "Set the fencing token",
    description: "Of the writers that name a token, only those of this one go on. Others are not kept out.",
    middleware: permit("append"),
  });
  describeJsonBody(app, route, fenceInput, { required: true });
  app.openapi({ ...route, hide: true }, async (c) => {
    const { token, expected } = await requireJsonBody(c.req.raw, fenceInput);
    const condition = expected === undefined ? {} : { expected };
    const command = { kind: "fence", name: c.req.valid("param").log, token, ...condition } as const;
    return c.json(await changed(c, api, c.req.valid("query").timeout_ms, command), 200);
  });
}

function routeOf(scope: Scope, verb: "trim" | "close" | "fence") {
  return {
    method: "post" as const,
    path: `${scope.base}/logs/{log}/${verb}`,
    operationId: `${verb}Log${scope.suffix}`,
    tags: ["logs"],
    request: { params: scope.logParams, query: z.strictObject(deadlineQuery) },
    responses: {
      200: {
        description: "It is so.",
        content: { "application/json": { schema: changedOutput } },
      },
      ...errorResponses,
    },
  };
}

async function changed(
  c: Context<AppEnv>,
  api: Api,
  timeoutMs: number,
  command: TrimCommand | CloseCommand | FenceCommand,
): Promise<z.infer<typeof changedOutput>> {
  const { tail, state, duplicate } = await carryOut(await visit(c, api, timeoutMs), command);
  const { earliest, closed, fencingToken: fencing_token } = state;
  return { earliest, tail, closed, fencing_token, duplicate };
}
