import { type NodeId, noSnapshot, type Term } from "../../src/raft/types.ts";
import { entriesOf } from "../raft/harness/entries.ts";
import type { Image } from "../raft/harness/image.ts";

/** What is on each node's disk at first, by `id - 1`. */
export type Start = readonly Image[];

const image = (log: readonly Term[], currentTerm: Term, votedFor: NodeId | null): Image => ({
  hardState: { currentTerm, votedFor },
  snapshot: noSnapshot,
  quiesceMark: null,
  log: entriesOf(log),
});

/** Disks that a longer history leaves, so that what may follow is within reach. */
export const starts: Readonly<Record<string, Start>> = {
  /**
   * Figure 8 (b) of the paper, among three: node 1 led term 2 and kept its entry to itself, node 3 did so in term 3,
   * node 2 voted for both, and all know of term 3.
   */
  "figure-8": [image([1, 2], 3, null), image([1], 3, 3), image([1, 3], 3, 3)],
  /** As in figure 7: a log that is complete, one too short, one with an entry that no other node has. */
  "figure-7": [image([1, 1], 2, 3), image([1], 1, 1), image([1, 2], 2, 3)],
};

/** The disks by name; `empty`, at the start of everything, fits any number of nodes. */
export function startOf(name: string, nodes: number): Start {
  const start = starts[name] ?? Array.from({ length: nodes }, () => image([], 0, null));
  if (start.length !== nodes) throw new Error(`${name} is a start of ${start.length} nodes, not of ${nodes}`);
  return start;
}
