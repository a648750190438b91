import { type ConfigurationMark, compareMarks } from "../raft/configuration.ts";
import { toIndex } from "../raft/types.ts";
import type { Members } from "../transport/protocol.ts";
import type { Cluster } from "./cluster.ts";

/**
 * The members of clusters, as this isolate last heard from their nodes. Each node, even a removed one, tells its
 * members to a caller that knows older ones. So a caller that knows any node that ever was a member finds the present
 * members, step by step.
 */
export class Roster {
  readonly #newest = new Map<string, { readonly cluster: Cluster; readonly mark: ConfigurationMark }>();

  /**
   * The cluster with its present members, or those of its bootstrap if nothing newer is known. A new object after each
   * change.
   */
  present(cluster: Cluster): Cluster {
    return this.#newest.get(cluster.name)?.cluster ?? cluster;
  }

  /** The configuration of these members. */
  mark({ name }: Cluster): ConfigurationMark {
    return this.#newest.get(name)?.mark ?? { recoveries: 0, index: toIndex(0) };
  }

  /** A node reported its members. Late reports of older members are ignored. */
  learn(cluster: Cluster, { members, configurationIndex, recoveries }: Members): void {
    const mark = { recoveries, index: configurationIndex };
    if (compareMarks(mark, this.mark(cluster)) <= 0) return;
    const addresses = members.map((member) => ({ cluster: cluster.name, ...member }));
    this.#newest.set(cluster.name, { cluster: { ...cluster, members: addresses }, mark });
  }
}
