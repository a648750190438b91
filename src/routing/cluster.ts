import type { Env } from "../http/env.ts";
import { Problem } from "../http/problem.ts";
import type { NodeAddress } from "../transport/object.ts";
import { isRegion } from "./regions.ts";

/** The most nodes of a cluster. At its bootstrap their number is odd. */
export const NODES_MAX = 7;

/** A cluster and the places of its nodes. At its bootstrap, node k lives in the k-th region. */
export interface Cluster {
  readonly name: string;
  /** The regions of its bootstrap. */
  readonly regions: readonly string[];
  /** The members of its bootstrap, or newer ones from the roster. */
  readonly members: readonly NodeAddress[];
}

/** Names the nodes of a cluster at its bootstrap. */
export function clusterOf(name: string, regions: readonly string[]): Cluster {
  return { name, regions, members: regions.map((region, at) => ({ cluster: name, id: at + 1, region })) };
}

/** Whether a cluster can have this many nodes. */
export function isClusterSize(size: number): boolean {
  return size % 2 === 1 && size <= NODES_MAX;
}

/** The regions of `main`. Throws the problem `misconfigured`. */
export function mainRegions(env: Env): readonly string[] {
  const regions = env.REGIONS.split(",").map((region) => region.trim());
  const unknown = regions.find((region) => !isRegion(region));
  if (unknown !== undefined)
    throw new Problem("misconfigured", `REGIONS names "${unknown}", which is not a location hint.`);
  if (!isClusterSize(regions.length)) {
    throw new Problem(
      "misconfigured",
      `REGIONS names ${regions.length} regions; it must name an odd number, at most ${NODES_MAX}.`,
    );
  }
  return regions;
}
