import { type Configuration, completed, initialConfiguration } from "./configuration.ts";
import { type Index, type NodeId, toIndex } from "./types.ts";

/** The identity of a node. Written once, when it becomes a node of its cluster. */
export interface Identity {
  readonly cluster: string;
  readonly id: NodeId;
  /** Its region: a location hint. */
  readonly region: string;
  /** The regions of nodes 1, 2 … at the bootstrap of the cluster. */
  readonly regions: readonly string[];
  /**
   * The configuration in force until the node's log holds a newer one: the first at a bootstrap, later that of
   * `configurationIndex`.
   */
  readonly configuration: Configuration;
  /** 0 at a bootstrap. */
  readonly configurationIndex: Index;
}

/** Node `id` of a new cluster whose nodes 1, 2 … live in `regions`. */
export function bootstrapIdentity(cluster: string, id: NodeId, regions: readonly string[]): Identity {
  const configuration = initialConfiguration(regions);
  return {
    cluster,
    id,
    region: regions[id - 1] ?? "",
    regions,
    configuration,
    configurationIndex: toIndex(0),
  };
}

/** The members that the previous version wrote: it had only voters, and never changed the members of the bootstrap. */
export type PartialIdentity = Pick<Identity, "cluster" | "id" | "regions"> &
  Partial<Identity> & { readonly configuration: Partial<Configuration> };

/** A complete identity, even if the previous version wrote it. */
export function completedIdentity(stored: PartialIdentity): Identity {
  const region = stored.regions[stored.id - 1] ?? "";
  const configuration = completed(stored.configuration, stored.regions);
  return { region, configurationIndex: toIndex(0), ...stored, configuration };
}

/**
 * The state of a node's bootstrap: `prepared` knows its identity and is silent, `started` takes part. A node is
 * prepared only once, so that a node that lost its storage can't vote twice in a term.
 */
export type Phase = "prepared" | "started";

/**
 * A node that joins later may be prepared twice, the second time with a newer configuration: its identity is the same.
 * After a forced recovery it is not: the nodes that were given up may have set up a node of that number before.
 */
export function isSameIdentity(a: Identity, b: Identity): boolean {
  const key = ({ cluster, id, region, regions, configuration }: Identity): string =>
    JSON.stringify([
      cluster,
      id,
      region,
      regions,
      configuration.voters.includes(id),
      configuration.recoveries,
    ]);
  return key(a) === key(b);
}
