import type { OutcomeOf } from "../../log/outcome.ts";
import type { Command } from "../../log/types.ts";
import type { Api } from "../../routing/context.ts";
import { ask, newest } from "../../routing/query.ts";
import type { Visit } from "../../routing/visit.ts";
import type { Call } from "../../routing/world.ts";
import type { ResultOf } from "../../transport/answer-of.ts";
import type { Query } from "../../transport/protocol.ts";

/** One cluster, for its subscriptions. Both methods throw the problems of `Router`. */
export interface Backing {
  command<C extends Command>(command: C): Promise<OutcomeOf<C>>;
  /** Reads all that was acknowledged before. */
  query<Q extends Query>(query: Q): Promise<ResultOf<Q>>;
}

/** The cluster with this name. `begin` begins the call of each request. */
export function backingOf(api: Api, name: string, begin: () => Call): Backing {
  const visit = async (): Promise<Visit> => {
    const call = begin();
    return { api, call, cluster: await api.directory.resolve(call, name) };
  };
  return {
    async command<C extends Command>(command: C) {
      const { call, cluster } = await visit();
      return api.router.command(call, cluster, command);
    },
    async query<Q extends Query>(query: Q) {
      return (await ask(await visit(), query, newest)).result;
    },
  };
}
