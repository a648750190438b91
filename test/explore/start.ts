import { type NodeId, noSnapshot, type Term } from "../../src/raft/types.ts";
import { entriesOf } from "../raft/harness/entries.ts";
import type { Image } from "../raft/harness/image.ts";

/** Each node's disk at the start, by `id - 1`. */
export type Start = readonly Image[];

const image = (log: readonly Term[], currentTerm: Term, votedFor: NodeId | null): Image => ({
  hardState: { currentTerm, votedFor },
  snapshot: noSnapshot,
  quiesceMark: null,
  log: entriesOf(log),
});

/** The disks after a longer history, so that its continuations are within reach. */
export const starts: Readonly<Record<string, Start>> = {
  /**
   * Figure 8 (b) of the paper, with three nodes. Node 1 led term 2 and kept its entry to itself, and node 3
   * did so in term 3. Node 2 voted for both, and all know of term 3.
   */
  "figure-8": [image([1, 2], 3, null), image([1], 3, 3), image([1, 3], 3, 3)],
  /** As in figure 7: a log that is complete, one too short, one with an entry that no other node has. */
  "figure-7": [image([1, 1], 2, 3), image([1], 1, 1), image([1, 2], 2, 3)],
};

/** The disks by name. `empty` is the very beginning, and fits any number of nodes. */
export function startOf(name: string, nodes: number): Start {
  const start = starts[name] ?? Array.from({ length: nodes }, () => image([], 0, null));
  if (start.length !== nodes)
    throw new Error(`${name} is a start for ${start.length} nodes, not for ${nodes}`);
  return start;
}
