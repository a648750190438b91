import { toIndex } from "../raft/types.ts";
import type { ResultOf } from "../transport/answer-of.ts";
import type { NoLog, Query, QueryAnswer, QueryRequest, QueryResult } from "../transport/protocol.ts";
import { refusalProblem } from "./refusal.ts";
import type { Visit } from "./visit.ts";

/** The parameters of every read, see `consistencyQuery`. */
export interface Consistency {
  readonly timeout_ms: number;
  readonly consistency: QueryRequest["consistency"];
  readonly min_index: number;
}

/** Reads all that was acknowledged before. */
export const newest = { consistency: "linearizable", min_index: 0 } as const;

/** Asks a cluster, without a wait. Throws the problems of `Router.query`. */
export function ask<Q extends Query>(
  { api, call, cluster }: Visit,
  query: Q,
  { consistency, min_index }: Omit<Consistency, "timeout_ms">,
): Promise<QueryAnswer<ResultOf<Q>>> {
  const request = { kind: "query", query, consistency, minIndex: toIndex(min_index) } as const;
  return api.router.query(call, cluster, () => request);
}

/** The result of a query of a log that exists. Throws the problems `log-not-found` and `log-gone`. */
export function found<R extends QueryResult>({ result }: QueryAnswer<R | NoLog>, log: string): R {
  if (isNoLog(result)) throw refusalProblem({ reason: result.kind }, log);
  return result;
}

function isNoLog(result: QueryResult): result is NoLog {
  return result.kind === "log-not-found" || result.kind === "log-gone";
}
