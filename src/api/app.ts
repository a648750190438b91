import { OpenAPIHono } from "@hono/zod-openapi";
import { except } from "hono/combine";
import { crossOrigin, nativeFace } from "../http/cross-origin.ts";
import type { AppEnv } from "../http/env.ts";
import { refuseForeignPages } from "../http/foreign-pages.ts";
import { Problem, problemResponse } from "../http/problem.ts";
import { hideQueryToken } from "../http/query-token.ts";
import { scopes, streamPaths } from "../http/scope.ts";
import { finishBody } from "../http/unread-body.ts";
import type { Api } from "../routing/context.ts";
import { bootstrapRoute } from "./clusters/bootstrap.ts";
import { transferRoute } from "./clusters/leadership.ts";
import { listClustersRoute } from "./clusters/list.ts";
import { abortRoute } from "./clusters/local.ts";
import { changeMembersRoute, removeMemberRoute } from "./clusters/members.ts";
import { recoverRoute } from "./clusters/recovery.ts";
import { statusRoute } from "./clusters/show-status.ts";
import { deleteConsumerRoute } from "./consumers/delete.ts";
import { getConsumerRoute } from "./consumers/get.ts";
import { listConsumersRoute } from "./consumers/list.ts";
import { putConsumerRoute } from "./consumers/put.ts";
import { appendRoute } from "./logs/append.ts";
import { closeRoute } from "./logs/close.ts";
import { createRoute } from "./logs/create.ts";
import { deleteRoute } from "./logs/delete.ts";
import { describeRoute } from "./logs/describe.ts";
import { fenceRoute } from "./logs/fence.ts";
import { listRoute } from "./logs/list.ts";
import { describeMessages } from "./logs/message-docs.ts";
import { openSessionRoute } from "./logs/open-session.ts";
import { readRoute } from "./logs/read.ts";
import { trimRoute } from "./logs/trim.ts";
import { healthRoutes } from "./service/health.ts";
import { metricsRoutes } from "./service/metrics.ts";
import { notFound } from "./service/not-found.ts";
import { openapiRoutes } from "./service/openapi-document.ts";
import { problemRoutes } from "./service/problem-docs.ts";
import { rootRoute } from "./service/root.ts";

/** Below each scope, in the order of the document. */
const routesOfLogs = [
  createRoute,
  describeRoute,
  deleteRoute,
  listRoute,
  trimRoute,
  closeRoute,
  fenceRoute,
  appendRoute,
  readRoute,
  openSessionRoute,
  getConsumerRoute,
  putConsumerRoute,
  deleteConsumerRoute,
  listConsumersRoute,
];

const routesOfClusters = [
  bootstrapRoute,
  statusRoute,
  listClustersRoute,
  changeMembersRoute,
  removeMemberRoute,
  recoverRoute,
  transferRoute,
];

/** The native HTTP API. Other faces add their routes to it. */
export function createApp(api: Api): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>();
  const shared = except([...streamPaths], crossOrigin(app, nativeFace));
  app.use(finishBody, hideQueryToken, shared, refuseForeignPages);
  for (const scope of scopes) for (const route of routesOfLogs) route(app, api, scope);
  for (const route of routesOfClusters) route(app, api);
  rootRoute(app);
  healthRoutes(app, api);
  metricsRoutes(app, api);
  abortRoute(app, api);
  problemRoutes(app);
  describeMessages(app);
  openapiRoutes(app);
  app.notFound((c) => problemResponse(notFound(app, c)));
  app.onError((error) => problemResponse(error instanceof Problem ? error : internal(error)));
  return app;
}

function internal(error: Error): Problem {
  console.error(error);
  return new Problem("internal", "The server is at fault.", { cause: error });
}
