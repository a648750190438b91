import type { NodeAddress } from "../transport/object.ts";
import type { Failure } from "../transport/protocol.ts";
import type { Cluster } from "./cluster.ts";

/** The node to send a command to, and how. */
export interface Target {
  readonly node: NodeAddress;
  /** It may hand the command on to the leader that it knows. Otherwise it answers itself, or names the leader. */
  readonly mayHandOn: boolean;
}

interface Hint {
  /** The last known leader. */
  readonly leader: number | null;
  /**
   * A node that did not answer when last asked. Other nodes may still consider it the leader. They find out only by a
   * command that they hand on.
   */
  readonly avoid: number | null;
}

const noHint: Hint = { leader: null, avoid: null };

/**
 * The leaders of clusters, as this isolate last heard. Only a hint. A node that answers a direct request must be the
 * leader; a node that hands on need not be.
 */
export class LeaderHints {
  readonly #hints = new Map<string, Hint>();

  /** The last known leader of a cluster. */
  leader(cluster: Cluster): NodeAddress | null {
    const { leader } = this.#of(cluster);
    return cluster.members.find((member) => member.id === leader) ?? null;
  }

  /** Where a command goes first. `order` has the members, the preferred one first. */
  first(cluster: Cluster, order: readonly NodeAddress[]): Target {
    const leader = this.leader(cluster);
    if (leader !== null) return { node: leader, mayHandOn: false };
    const { avoid } = this.#of(cluster);
    const node = order.find((member) => member.id !== avoid) ?? order[0];
    if (node === undefined) throw new Error("a cluster has no members");
    return { node, mayHandOn: avoid !== null };
  }

  /** `target` carried out a command. */
  answered(cluster: Cluster, { node, mayHandOn }: Target): void {
    this.#hints.set(cluster.name, { leader: mayHandOn ? null : node.id, avoid: null });
  }

  /** `target` did not carry it out. Returns where the command may go next. */
  failed(cluster: Cluster, order: readonly NodeAddress[], target: Target, failure: Failure): Target {
    const isLost = failure.reason === "outcome-unknown";
    const avoid = isLost ? target.node.id : this.#of(cluster).avoid;
    const named = cluster.members.find((member) => member.id === failure.leader);
    if (!isLost && named !== undefined && named.id !== target.node.id && named.id !== avoid) {
      this.#hints.set(cluster.name, { leader: named.id, avoid });
      return { node: named, mayHandOn: false };
    }
    this.#hints.set(cluster.name, { leader: null, avoid });
    return { node: nodeAfter(order, target.node, avoid), mayHandOn: true };
  }

  #of(cluster: Cluster): Hint {
    return this.#hints.get(cluster.name) ?? noHint;
  }
}

function nodeAfter(order: readonly NodeAddress[], node: NodeAddress, avoid: number | null): NodeAddress {
  const at = order.findIndex(({ id }) => id === node.id);
  const others = [...order.slice(at + 1), ...order.slice(0, at)];
  return others.find((member) => member.id !== avoid) ?? others[0] ?? node;
}
