import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { clusterName, consumerName, logName } from "./parameters.ts";
import { routingPath } from "./routing-path.ts";

/** The cluster of paths that do not name one. It keeps the catalogue of the others. */
export const MAIN = "main";

/** The cluster in a request's path. */
export function clusterNameIn(c: Context): string {
  return c.req.param("cluster") ?? MAIN;
}

/** A place for the routes of logs: below a cluster's name, or without it, for `main`. */
export interface Scope {
  readonly base: string;
  /** Path parameters of a route for one log. */
  readonly logParams: typeof mainLogParams | typeof clusterLogParams;
  /** Path parameters of a route for one of a log's consumers. */
  readonly consumerParams: typeof mainConsumerParams | typeof clusterConsumerParams;
  /** Path parameters of a route for all logs. */
  readonly params: typeof mainParams | typeof clusterParams;
  /** Makes operation ids unique. */
  readonly suffix: string;
}

const mainParams = z.object({});
const clusterParams = z.object({ cluster: clusterName });
const mainLogParams = z.object({ log: logName });
const clusterLogParams = z.object({ cluster: clusterName, log: logName });
const mainConsumerParams = mainLogParams.extend({ consumer: consumerName });
const clusterConsumerParams = clusterLogParams.extend({ consumer: consumerName });

/** All scopes. */
export const scopes: readonly Scope[] = [
  {
    base: "/v1",
    logParams: mainLogParams,
    consumerParams: mainConsumerParams,
    params: mainParams,
    suffix: "",
  },
  {
    base: "/v1/clusters/{cluster}",
    logParams: clusterLogParams,
    consumerParams: clusterConsumerParams,
    params: clusterParams,
    suffix: "InCluster",
  },
];

/** Below these paths, as the router writes them, is the Durable Streams face. */
export const streamPaths: readonly string[] = scopes.map(({ base }) => routingPath(`${base}/stream/*`));
