import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Handler } from "hono";
import type { AppEnv } from "../http/env.ts";
import { describe, listen, type Operation } from "../http/route.ts";
import type { Scope } from "../http/scope.ts";

/** An operation of this face, for the document, without the parts that depend on the scope. */
export type Route = Omit<Operation, "params" | "operationId"> & {
  /** Below the scope's base. `{path}` stands for a stream's path, with its slashes. */
  readonly path: string;
  readonly operationId: string;
  /** Path parameters. */
  readonly params: Readonly<Record<string, z.ZodType>>;
};

/**
 * Serves a route in a scope, and adds it to the document. Its handler validates, because the answers are the
 * protocol's.
 */
export function serveRoute(
  app: OpenAPIHono<AppEnv>,
  scope: Scope,
  route: Route,
  handler: Handler<AppEnv>,
): void {
  describeRoute(app, scope, route);
  listen(app, { ...route, path: scope.base + route.path }, handler);
}

/** Adds a route that is served elsewhere to the document. */
export function describeRoute(app: OpenAPIHono<AppEnv>, scope: Scope, route: Route): void {
  const { params, ...rest } = route;
  describe(app, {
    ...rest,
    path: scope.base + route.path,
    operationId: route.operationId + scope.suffix,
    params: z.object({ ...scope.params.shape, ...params }),
  });
}
