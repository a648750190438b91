import type { Api, Call } from "../../api/context.ts";
import type { Command, Outcome } from "../../log/types.ts";
import { toIndex } from "../../raft/types.ts";
import type { Query, QueryResult } from "../../transport/protocol.ts";

/** One cluster, as its subscriptions use it. Both throw the problems of `Router`. */
export interface Backing {
  command(command: Command): Promise<Outcome>;
  /** Sees all that was acknowledged before. */
  query(query: Query): Promise<QueryResult>;
}

/** The cluster of this name; `begin` begins the call of each request. */
export function backingOf(api: Api, cluster: string, begin: () => Call): Backing {
  return {
    async command(command) {
      const call = begin();
      return api.router.command(call, await api.directory.resolve(call, cluster), command);
    },
    async query(query) {
      const call = begin();
      const request = { kind: "query", query, consistency: "linearizable", minIndex: toIndex(0) } as const;
      return (await api.router.query(call, await api.directory.resolve(call, cluster), () => request)).result;
    },
  };
}
