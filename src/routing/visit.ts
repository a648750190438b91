import type { Context } from "hono";
import type { AppEnv } from "../http/env.ts";
import { clusterNameIn } from "../http/scope.ts";
import type { Cluster } from "./cluster.ts";
import type { Api } from "./context.ts";
import { type Call, callOf } from "./world.ts";

/** A request at its cluster. All that it asks there has one deadline. */
export interface Visit {
  readonly api: Api;
  readonly call: Call;
  readonly cluster: Cluster;
}

/** Begins a visit that ends within `timeoutMs`. Throws the problem `cluster-not-found`. */
export async function visit(c: Context<AppEnv>, api: Api, timeoutMs: number): Promise<Visit> {
  const call = callOf(c, api.world, timeoutMs);
  return { api, call, cluster: await api.directory.resolve(call, clusterNameIn(c)) };
}
