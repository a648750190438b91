import { toIndex } from "../raft/types.ts";
import type { Query, QueryAnswer, QueryRequest, QueryResult } from "../transport/protocol.ts";
import { refusalProblem } from "./refusal.ts";
import type { Visit } from "./visit.ts";

/** The parameters that every read has, see `consistencyQuery`. */
export interface Consistency {
  readonly timeout_ms: number;
  readonly consistency: QueryRequest["consistency"];
  readonly min_index: number;
}

/** Sees all that was acknowledged before. */
export const newest = { consistency: "linearizable", min_index: 0 } as const;

/** Asks a cluster, with no wait. Throws the problems of `Router.query`. */
export function ask(
  { api, call, cluster }: Visit,
  query: Query,
  { consistency, min_index }: Omit<Consistency, "timeout_ms">,
): Promise<QueryAnswer> {
  const request = { kind: "query", query, consistency, minIndex: toIndex(min_index) } as const;
  return api.router.query(call, cluster, () => request);
}

/** The result of a query of a log, of the kind asked for. Throws the problems `log-not-found` and `log-gone`. */
export function resultOf<K extends QueryResult["kind"]>(
  { result }: QueryAnswer,
  kind: K,
  log: string,
): Extract<QueryResult, { readonly kind: K }> {
  if (isKind(result, kind)) return result;
  if (result.kind === "log-not-found" || result.kind === "log-gone")
    throw refusalProblem({ reason: result.kind }, log);
  throw new Error(`a query for a ${kind} was answered with a ${result.kind}`);
}

function isKind<K extends QueryResult["kind"]>(
  result: QueryResult,
  kind: K,
): result is Extract<QueryResult, { readonly kind: K }> {
  return result.kind === kind;
}
