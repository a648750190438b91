import type { Options } from "../raft/types.ts";

/**
 * The rank of a node in `region` as a leader: the regions of `leaderRegions` come first, in their order, and all other
 * regions share the last rank.
 */
export function rankIn(leaderRegions: readonly string[], region: string): Pick<Options, "rank" | "ranks"> {
  const place = leaderRegions.indexOf(region);
  return { rank: place === -1 ? leaderRegions.length : place, ranks: leaderRegions.length + 1 };
}
