import type { NodeId } from "../../src/raft/types.ts";

/** Node k becomes `numbers[k]`; there is no node 0. */
export type Permutation = readonly NodeId[];

/** All ways to renumber `size` nodes; the first leaves them as they are. */
export function permutationsOf(size: number): readonly Permutation[] {
  const orders = arrange(Array.from({ length: size }, (_, i) => i + 1));
  return orders.map((order) => [0, ...order]);
}

function arrange(ids: readonly NodeId[]): NodeId[][] {
  if (ids.length === 0) return [[]];
  return ids.flatMap((first) => arrange(ids.filter((id) => id !== first)).map((rest) => [first, ...rest]));
}
