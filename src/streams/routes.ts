import type { OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { crossOrigin } from "../http/cross-origin.ts";
import type { AppEnv } from "../http/env.ts";
import { allMethods } from "../http/methods.ts";
import { Problem } from "../http/problem.ts";
import { routingPath } from "../http/routing-path.ts";
import { type Scope, scopes, streamPaths } from "../http/scope.ts";
import type { Api } from "../routing/context.ts";
import { append, appendRoute } from "./append.ts";
import { create, createRoute } from "./create.ts";
import { preflightRoute, streamsFace } from "./cross-origin.ts";
import { headRoute } from "./head.ts";
import { read, readRoute } from "./read.ts";
import { remove, removeRoute } from "./remove.ts";
import { describeRoute, serveRoute } from "./route.ts";
import { controlOutput } from "./sse-events.ts";
import { subscriptionRoutes } from "./subscriptions/routes.ts";

/** §12.7. Errors have them too. */
const secure: MiddlewareHandler = async (c, next) => {
  await next();
  c.header("X-Content-Type-Options", "nosniff");
  c.header("Cross-Origin-Resource-Policy", "cross-origin");
};

/** The Durable Streams face (see the protocol's §5): a stream is a log, its path the log's name. */
export function streamRoutes(app: OpenAPIHono<AppEnv>, api: Api): void {
  app.openAPIRegistry.register("StreamControl", controlOutput);
  const shared = crossOrigin(app, streamsFace);
  for (const path of streamPaths) app.use(path, secure, shared);
  subscriptionRoutes(app, api);
  for (const scope of scopes) routesIn(app, api, scope);
}

function routesIn(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  serveRoute(app, scope, readRoute, (c) => read(c, api));
  describeRoute(app, scope, headRoute);
  serveRoute(app, scope, createRoute, (c) => create(c, api));
  serveRoute(app, scope, appendRoute, (c) => append(c, api));
  serveRoute(app, scope, removeRoute, (c) => remove(c, api));
  describeRoute(app, scope, preflightRoute);
  app.all(routingPath(`${scope.base}/stream/{path}`), (c) => {
    const allow = allMethods.join(", ");
    throw new Problem("method-not-allowed", `${c.req.path} takes ${allow}.`, { headers: { Allow: allow } });
  });
}
