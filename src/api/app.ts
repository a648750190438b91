import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { AppEnv } from "../http/env.ts";
import { Problem, problemResponse } from "../http/problem.ts";
import { scopes } from "../http/scope.ts";
import { invalidRequest, type Part } from "../http/validation.ts";
import type { Api } from "../routing/context.ts";
import { clusterRoutes } from "./clusters/clusters.ts";
import { leadershipRoutes } from "./clusters/leadership.ts";
import { localRoutes } from "./clusters/local.ts";
import { memberRoutes } from "./clusters/members.ts";
import { recoveryRoutes } from "./clusters/recovery.ts";
import { consumerRoutes } from "./consumers/consumer.ts";
import { consumerDeleteRoutes } from "./consumers/delete.ts";
import { consumerListRoutes } from "./consumers/list.ts";
import { appendRoutes } from "./logs/append.ts";
import { logChangeRoutes } from "./logs/changes.ts";
import { logCreateRoutes } from "./logs/create.ts";
import { logListRoutes } from "./logs/list.ts";
import { logRoutes } from "./logs/log.ts";
import { describeMessages } from "./logs/message-docs.ts";
import { sessionRoutes } from "./logs/open-session.ts";
import { readRoutes } from "./logs/read.ts";
import { healthRoutes } from "./service/health.ts";
import { metricsRoutes } from "./service/metrics.ts";
import { openapiRoutes } from "./service/openapi-document.ts";
import { problemRoutes } from "./service/problem-docs.ts";

const parts: Readonly<Record<string, Part>> = { param: "path", query: "query", header: "header" };
const methods = ["GET", "PUT", "POST", "DELETE"];

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
