import type { NodeId, Term } from "../../src/raft/types.ts";
import { entriesOf } from "../raft/harness/entries.ts";
import type { Image } from "../raft/harness/image.ts";

/** What is on each node's disk at first, by `id - 1`. */
export type Start = readonly Image[];

const image = (log: readonly Term[], currentTerm: Term, votedFor: NodeId | null = null): Image => ({
  hardState: { currentTerm, votedFor },
  log: entriesOf(log),
});

/** Every node is new. */
export const emptyStart = (nodes: number): Start => Array.from({ length: nodes }, () => image([], 0));

/** What deep histories leave, so that what may follow is within reach. All with three nodes. */
export const starts: Readonly<Record<string, Start>> = {
  empty: emptyStart(3),
  /**
   * Figure 8 (b) of the paper among three: node 1 led term 2 and kept its entry to itself, node 3 led term 3, node 2
   * voted for both.
   */
  "figure-8": [image([1, 2], 2, 1), image([1], 3, 3), image([1, 3], 3, 3)],
  /** As in figure 7: one log too short, one with entries of a term that nobody else knows. */
  "figure-7": [image([1, 1], 2, 1), image([1], 2, 1), image([1, 2], 2, null)],
};
