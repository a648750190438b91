import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Handler } from "hono";
import type { AppEnv } from "../http/env.ts";
import { describe, listen, type Operation } from "../http/route.ts";
import type { Scope } from "../http/scope.ts";

/** An operation of this face, as the document tells of it, but for what depends on the scope. */
export type Route = Omit<Operation, "params" | "operationId"> & {
  /** Below the scope's base; `{path}` stands for a stream's, slashes and all. */
  readonly path: string;
  readonly operationId: string;
  /** Path parameters. */
  readonly params: Readonly<Record<string, z.ZodType>>;
};

/** Serves a route in a scope, and puts it into the document. Its handler validates: the answers are the protocol's. */
export function serveRoute(
  app: OpenAPIHono<AppEnv>,
  scope: Scope,
  route: Route,
  handler: Handler<AppEnv>,
): void {
  describeRoute(app, scope, route);
  listen(app, { ...route, path: scope.base + route.path }, handler);
}

/** Puts a route into the document that is served already. */
export function describeRoute(app: OpenAPIHono<AppEnv>, scope: Scope, route: Route): void {
  const { params, ...rest } = route;
  describe(app, {
    ...rest,
    path: scope.base + route.path,
    operationId: route.operationId + scope.suffix,
    params: z.object({ ...scope.params.shape, ...params }),
  });
}
