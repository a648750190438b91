import { type ConfigurationMark, compareMarks } from "../raft/configuration.ts";
import { toIndex } from "../raft/types.ts";
import type { Members } from "../transport/protocol.ts";
import type { Cluster } from "./cluster.ts";

/**
 * Who takes part in which cluster, as this isolate last heard from its nodes: each tells the members that it
 * knows to whoever knows older ones, one that was removed too. So whoever knows but one node that ever was a
 * member finds the present ones, step by step.
 */
export class Roster {
  readonly #newest = new Map<string, { readonly cluster: Cluster; readonly mark: ConfigurationMark }>();

  /** The cluster with its present members, another object after each news; with those of its bootstrap before. */
  present(cluster: Cluster): Cluster {
    return this.#newest.get(cluster.name)?.cluster ?? cluster;
  }

  /** The configuration whose members these are. */
  mark({ name }: Cluster): ConfigurationMark {
    return this.#newest.get(name)?.mark ?? { recoveries: 0, index: toIndex(0) };
  }

  /** A node told members; late news of older ones are no news. */
  learn(cluster: Cluster, { members, configurationIndex, recoveries }: Members): void {
    const mark = { recoveries, index: configurationIndex };
    if (compareMarks(mark, this.mark(cluster)) <= 0) return;
    const addresses = members.map((member) => ({ cluster: cluster.name, ...member }));
    this.#newest.set(cluster.name, { cluster: { ...cluster, members: addresses }, mark });
  }
}
