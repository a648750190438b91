import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { appendRoutes } from "./append.ts";
import { clusterRoutes } from "./clusters.ts";
import { consumerDeleteRoutes } from "./consumer-delete.ts";
import { consumerListRoutes } from "./consumer-list.ts";
import { consumerRoutes } from "./consumers.ts";
import type { Api, AppEnv, World } from "./context.ts";
import { Directory } from "./directory.ts";
import { healthRoutes } from "./health.ts";
import { leadershipRoutes } from "./leadership.ts";
import { localRoutes } from "./local.ts";
import { logChangeRoutes } from "./log-changes.ts";
import { logCreateRoutes } from "./log-create.ts";
import { logListRoutes } from "./log-list.ts";
import { logRoutes } from "./logs.ts";
import { memberRoutes } from "./members.ts";
import { metricsRoutes } from "./metrics.ts";
import { openapiRoutes } from "./openapi.ts";
import { Problem, problemResponse } from "./problem.ts";
import { problemRoutes } from "./problem-docs.ts";
import { readRoutes } from "./read.ts";
import { recoveryRoutes } from "./recovery.ts";
import { Roster } from "./roster.ts";
import { Router } from "./router.ts";
import { scopes } from "./scope.ts";
import { describeMessages } from "./session-docs.ts";
import { sessionRoutes } from "./sessions.ts";
import { invalidRequest, type Part } from "./validation.ts";

const parts: Readonly<Record<string, Part>> = { param: "path", query: "query", header: "header" };
const methods = ["GET", "PUT", "POST", "DELETE"];

/** What all faces share. One an isolate: it remembers who leads and which clusters there are. */
export function createApi(world: World): Api {
  const roster = new Roster();
  const router = new Router(world, roster);
  return { world, router, roster, directory: new Directory(router) };
}

/** The native HTTP API. Other faces add their routes to it. */
export function createApp(api: Api): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidRequest(parts[result.target] ?? "query", result.error.issues);
    },
  });
  for (const scope of scopes) {
    logCreateRoutes(app, api, scope);
    logRoutes(app, api, scope);
    logListRoutes(app, api, scope);
    logChangeRoutes(app, api, scope);
    appendRoutes(app, api, scope);
    readRoutes(app, api, scope);
    sessionRoutes(app, api, scope);
    consumerRoutes(app, api, scope);
    consumerDeleteRoutes(app, api, scope);
    consumerListRoutes(app, api, scope);
  }
  clusterRoutes(app, api);
  memberRoutes(app, api);
  recoveryRoutes(app, api);
  leadershipRoutes(app, api);
  healthRoutes(app, api);
  metricsRoutes(app, api);
  localRoutes(app, api);
  problemRoutes(app);
  describeMessages(app);
  openapiRoutes(app);
  app.notFound((c) => problemResponse(notFound(app, c)));
  app.onError((error) => problemResponse(error instanceof Problem ? error : internal(error)));
  return app;
}

/** No route took the request: is it the path, or only the method? */
function notFound(app: OpenAPIHono<AppEnv>, c: Context<AppEnv>): Problem {
  const takes = methods.filter((method) => app.router.match(method, c.req.path)[0].length > 0);
  if (takes.length === 0 || takes.includes(c.req.method))
    return new Problem("route-not-found", `There is no ${c.req.path}.`);
  const allow = takes.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])).join(", ");
  return new Problem("method-not-allowed", `${c.req.path} takes ${allow}.`, { headers: { Allow: allow } });
}

function internal(error: Error): Problem {
  console.error(error);
  return new Problem("internal", "The server is at fault.", { cause: error });
}
