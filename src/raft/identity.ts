import type { Configuration, NodeId } from "./types.ts";

/** Who a node is. Written once, when its cluster is bootstrapped. */
export interface Identity {
  readonly cluster: string;
  readonly id: NodeId;
  /** The configuration before the first entry. */
  readonly configuration: Configuration;
  /** The regions of the nodes, by `id - 1`: location hints, for status. */
  readonly regions: readonly string[];
}

/**
 * How far a node's bootstrap has come: `prepared` knows its identity and is silent; `started` takes part.
 * A node is prepared only once, so that one whose storage was lost can't vote twice in a term.
 */
export type Phase = "prepared" | "started";

export function isSameIdentity(a: Identity, b: Identity): boolean {
  const key = ({ cluster, id, configuration, regions }: Identity): string =>
    JSON.stringify([cluster, id, configuration.voters, regions]);
  return key(a) === key(b);
}
