import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { AppEnv } from "../../http/env.ts";
import { errorResponses } from "../../http/openapi.ts";
import { deadlineQuery } from "../../http/parameters.ts";
import type { Scope } from "../../http/scope.ts";
import type { CloseCommand, FenceCommand, TrimCommand } from "../../log/types.ts";
import { carryOut } from "../../routing/carry-out.ts";
import type { Api } from "../../routing/context.ts";
import { visit } from "../../routing/visit.ts";

const position = z.int().min(0);

const changedOutput = z
  .object({
    earliest: position.openapi({ description: "The first record that is not trimmed." }),
    tail: position.openapi({ description: "The next sequence number." }),
    closed: z.boolean(),
    fencing_token: z.string().nullable(),
    duplicate: z.boolean().openapi({ description: "The producer had closed the log already." }),
  })
  .openapi("LogChanged");

/** The common parts of the routes that change a log's state. */
export function changeOperation(scope: Scope, verb: "trim" | "close" | "fence") {
  return {
    method: "post" as const,
    path: `${scope.base}/logs/{log}/${verb}`,
    operationId: `${verb}Log${scope.suffix}`,
    tags: ["logs"],
    params: scope.logParams,
    query: z.strictObject(deadlineQuery),
    responses: {
      200: {
        description: "The log has this state.",
        content: { "application/json": { schema: changedOutput } },
      },
      ...errorResponses,
    },
  };
}

/** Carries a change out, and answers with the log's state after it. */
export async function change(
  c: Context<AppEnv>,
  api: Api,
  timeoutMs: number,
  command: TrimCommand | CloseCommand | FenceCommand,
): Promise<Response> {
  const { tail, state, duplicate } = await carryOut(await visit(c, api, timeoutMs), command);
  const { earliest, closed, fencingToken: fencing_token } = state;
  const output: z.infer<typeof changedOutput> = { earliest, tail, closed, fencing_token, duplicate };
  return c.json(output);
}
