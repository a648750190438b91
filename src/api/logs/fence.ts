import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { AppEnv } from "../../http/env.ts";
import { fencingToken } from "../../http/parameters.ts";
import { serve } from "../../http/route.ts";
import type { Scope } from "../../http/scope.ts";
import type { Api } from "../../routing/context.ts";
import { change, changeOperation } from "./change.ts";

const fenceInput = z
  .strictObject({
    token: fencingToken.nullable().openapi({
      description: "From now on an append with another token is refused; null removes the token.",
    }),
    expected: fencingToken.nullable().optional().openapi({
      description: "Only if this is the token in force; null: only if there is none.",
    }),
  })
  .openapi("FenceInput");

/** `POST …/logs/{log}/fence`. */
export function fenceRoute(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  const operation = {
    ...changeOperation(scope, "fence"),
    summary: "Set the fencing token",
    description: "Writers that send another token are refused from now on. Writers that send none are not.",
    allows: "append",
    body: fenceInput,
  } as const;
  serve(app, operation, (c, { params: { log: name }, query, body: { token, expected } }) => {
    const condition = expected === undefined ? {} : { expected };
    return change(c, api, query.timeout_ms, { kind: "fence", name, token, ...condition });
  });
}
