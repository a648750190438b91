import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { type Cluster, MAIN } from "./cluster.ts";
import type { Api, AppEnv, Call } from "./context.ts";
import { clusterName, logName } from "./parameters.ts";

/** Where the routes of logs live: once below a cluster's name, once without, for `main`. */
export interface Scope {
  readonly base: string;
  /** Path parameters of a route for one log. */
  readonly logParams: typeof mainLogParams | typeof clusterLogParams;
  /** Path parameters of a route for all logs. */
  readonly params: typeof mainParams | typeof clusterParams;
  /** Makes operation ids unique. */
  readonly suffix: string;
}

const mainParams = z.object({});
const clusterParams = z.object({ cluster: clusterName });
const mainLogParams = z.object({ log: logName });
const clusterLogParams = z.object({ cluster: clusterName, log: logName });

/** All scopes. */
export const scopes: readonly Scope[] = [
  { base: "/v1", logParams: mainLogParams, params: mainParams, suffix: "" },
  { base: "/v1/clusters/{cluster}", logParams: clusterLogParams, params: clusterParams, suffix: "InCluster" },
];

/** The cluster that a request's path names. Throws the problem `cluster-not-found`. */
export function clusterInPath(c: Context<AppEnv>, { directory }: Api, call: Call): Promise<Cluster> {
  return directory.resolve(call, c.req.param("cluster") ?? MAIN);
}
