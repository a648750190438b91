import type { NodeId } from "../../src/raft/types.ts";
import type { Cluster } from "../raft/harness/cluster.ts";
import { demand, nothing, number, only } from "./words.ts";

/** Commands for one node. Time passes in the first two. */
export const atNode: Readonly<
  Record<string, (cluster: Cluster, id: NodeId, words: readonly string[]) => readonly string[]>
> = {
  campaign(cluster, id, words) {
    only(words, 0);
    cluster.campaign(id);
    return nothing;
  },
  heartbeat(cluster, id, words) {
    only(words, 0);
    cluster.clock.now += cluster.options.heartbeatMs;
    cluster.node(id).wake();
    return nothing;
  },
  alarm(cluster, id, words) {
    only(words, 0);
    cluster.node(id).wake();
    return nothing;
  },
  crash(cluster, id, words) {
    only(words, 0);
    cluster.node(id).crash();
    return nothing;
  },
  restart(cluster, id, words) {
    only(words, 0);
    cluster.node(id).restart();
    return nothing;
  },
  hold(cluster, id, words) {
    only(words, 0);
    cluster.node(id).holdWrites = true;
    return nothing;
  },
  sync(cluster, id, words) {
    only(words, 0);
    cluster.node(id).holdWrites = false;
    cluster.node(id).sync();
    return nothing;
  },
  propose(cluster, id, words) {
    demand(words.length > 0, "nothing is proposed");
    const results = cluster.node(id).propose(...words);
    return results.flatMap((result) => (typeof result === "string" ? [`refused: ${result}`] : []));
  },
  read(cluster, id, words) {
    only(words, 0);
    const context = cluster.node(id).read();
    return [typeof context === "string" ? `refused: ${context}` : `read ${context} begins`];
  },
  compact(cluster, id, [to, ...dead]) {
    cluster.node(id).compact(number(to), ...dead.map(number));
    return nothing;
  },
  transfer(cluster, id, words) {
    only(words, 1);
    return [cluster.node(id).transfer(number(words[0]))];
  },
  change(cluster, id, words) {
    const ids = (sign: string): number[] =>
      words.filter((word) => word.startsWith(sign)).map((word) => number(word.slice(1)));
    const change = { add: ids("+"), remove: ids("-") };
    demand(
      change.add.length + change.remove.length === words.length,
      "members are changed by +NODE and -NODE",
    );
    const result = cluster.node(id).change(change);
    return typeof result === "string" ? [`refused: ${result}`] : nothing;
  },
};
