import { type Configuration, completed, initialConfiguration } from "./configuration.ts";
import { type Index, type NodeId, toIndex } from "./types.ts";

/** Who a node is. Written once, when it becomes a node of its cluster. */
export interface Identity {
  readonly cluster: string;
  readonly id: NodeId;
  /** Where it lives: a location hint. */
  readonly region: string;
  /** What the cluster was bootstrapped with: the regions of nodes 1, 2 … */
  readonly regions: readonly string[];
  /** In force until the node's log holds a newer one: at a bootstrap, the first; later, that of `configurationIndex`. */
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

/** What the version before says, at least: it knew voters only, and the members of the bootstrap for ever. */
export type PartialIdentity = Pick<Identity, "cluster" | "id" | "regions"> &
  Partial<Identity> & { readonly configuration: Partial<Configuration> };

/** Who a node is, whole also where the version before wrote it. */
export function completedIdentity(stored: PartialIdentity): Identity {
  const region = stored.regions[stored.id - 1] ?? "";
  const configuration = completed(stored.configuration, stored.regions);
  return { region, configurationIndex: toIndex(0), ...stored, configuration };
}

/**
 * How far a node's bootstrap has come: `prepared` knows its identity and is silent; `started` takes part.
 * A node is prepared only once, so that one whose storage was lost can't vote twice in a term.
 */
export type Phase = "prepared" | "started";

/**
 * A node that joins later may be told twice, and of a newer configuration the second time: who it is, is the same.
 * Not so after a forced recovery: those who were given up may have set up a node of that number before.
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
