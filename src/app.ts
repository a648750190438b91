import type { OpenAPIHono } from "@hono/zod-openapi";
import { createApp } from "./api/app.ts";
import type { AppEnv } from "./http/env.ts";
import type { Api } from "./routing/context.ts";
import { streamRoutes } from "./streams/routes.ts";

/** All faces in one app: its `/openapi.json` tells of all of them. */
export function createWholeApp(api: Api): OpenAPIHono<AppEnv> {
  const app = createApp(api);
  streamRoutes(app, api);
  return app;
}
