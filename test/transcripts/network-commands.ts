import { matching, take } from "./in-flight.ts";
import { tellMessage, tellNode } from "./telling.ts";
import { type Commands, demand, nothing, number, only } from "./words.ts";

/** Commands for the network and for time. */
export const network: Commands = {
  deliver({ cluster }, words) {
    cluster.deliver(...matching(cluster, words));
    return nothing;
  },
  lose({ cluster }, words) {
    take(cluster, matching(cluster, words));
    return nothing;
  },
  keep({ cluster, kept }, [name, ...words]) {
    demand(name !== undefined && /^[a-z]+$/.test(name), "kept messages need a name in lower-case letters");
    const messages = matching(cluster, words);
    take(cluster, messages);
    kept.set(name, messages);
    return nothing;
  },
  bring({ cluster, kept }, words) {
    only(words, 1);
    const messages = kept.get(String(words[0]));
    demand(messages !== undefined, "nothing is kept by that name");
    cluster.deliver(...messages);
    return nothing;
  },
  run({ cluster }, words) {
    only(words, 0);
    cluster.run();
    return nothing;
  },
  wait({ cluster }, words) {
    only(words, 1);
    cluster.clock.now += number(words[0]);
    return nothing;
  },
  partition({ cluster }, words) {
    const groups = words.join(" ").split("|");
    cluster.partition(...groups.map((group) => group.trim().split(" ").map(number)));
    return nothing;
  },
  heal({ cluster }, words) {
    only(words, 0);
    cluster.heal();
    return nothing;
  },
  state({ cluster }, words) {
    only(words, 0);
    const flying = cluster.pool.map((message) => `in flight: ${tellMessage(message)}`);
    return [...cluster.nodes.map(tellNode), ...flying];
  },
};
