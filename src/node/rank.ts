import type { Options } from "../raft/types.ts";

/**
 * The place of a node of `region` among those that may lead: the regions of `leaderRegions` come first, the
 * best of them foremost, and all others after them as one.
 */
export function rankIn(leaderRegions: readonly string[], region: string): Pick<Options, "rank" | "ranks"> {
  const place = leaderRegions.indexOf(region);
  return { rank: place === -1 ? leaderRegions.length : place, ranks: leaderRegions.length + 1 };
}
