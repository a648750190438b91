import type { Command, Outcome } from "../../log/types.ts";
import type { Api } from "../../routing/context.ts";
import { ask, newest } from "../../routing/query.ts";
import type { Visit } from "../../routing/visit.ts";
import type { Call } from "../../routing/world.ts";
import type { Query, QueryResult } from "../../transport/protocol.ts";

/** One cluster, as its subscriptions use it. Both throw the problems of `Router`. */
export interface Backing {
  command(command: Command): Promise<Outcome>;
  /** Sees all that was acknowledged before. */
  query(query: Query): Promise<QueryResult>;
}

/** The cluster of this name; `begin` begins the call of each request. */
export function backingOf(api: Api, name: string, begin: () => Call): Backing {
  const visit = async (): Promise<Visit> => {
    const call = begin();
    return { api, call, cluster: await api.directory.resolve(call, name) };
  };
  return {
    async command(command) {
      const { call, cluster } = await visit();
      return api.router.command(call, cluster, command);
    },
    async query(query) {
      return (await ask(await visit(), query, newest)).result;
    },
  };
}
