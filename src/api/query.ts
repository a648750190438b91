import type { Context } from "hono";
import { toIndex } from "../raft/types.ts";
import type { Query, QueryAnswer, QueryRequest } from "../transport/protocol.ts";
import { type Api, type AppEnv, callOf } from "./context.ts";
import { clusterInPath } from "./scope.ts";

/** The parameters that every read has, see `consistencyQuery`. */
export interface Consistency {
  readonly timeout_ms: number;
  readonly consistency: QueryRequest["consistency"];
  readonly min_index: number;
}

/** Asks the cluster in the path, once, with no wait. */
export async function queryCluster(
  c: Context<AppEnv>,
  api: Api,
  query: Query,
  { timeout_ms, consistency, min_index }: Consistency,
): Promise<QueryAnswer> {
  const call = callOf(c, api.world, timeout_ms);
  const request = { kind: "query", query, consistency, minIndex: toIndex(min_index) } as const;
  return api.router.query(call, await clusterInPath(c, api, call), () => request);
}
