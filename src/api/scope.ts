import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { type Cluster, clusterNameIn } from "./cluster.ts";
import { type Api, type AppEnv, type Call, callOf } from "./context.ts";
import { clusterName, consumerName, logName } from "./parameters.ts";

/** Where the routes of logs live: once below a cluster's name, once without, for `main`. */
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

/** A request at its cluster: all that it asks there is answered by one deadline. */
export interface Visit {
  readonly api: Api;
  readonly call: Call;
  readonly cluster: Cluster;
}

/** Begins what is over within `timeoutMs`. Throws the problem `cluster-not-found`. */
export async function visit(c: Context<AppEnv>, api: Api, timeoutMs: number): Promise<Visit> {
  const call = callOf(c, api.world, timeoutMs);
  return { api, call, cluster: await api.directory.resolve(call, clusterNameIn(c)) };
}
