import type { Configuration, NodeId } from "./types.ts";

const majority = (voters: readonly NodeId[]): number => Math.floor(voters.length / 2) + 1;

/** Whether this node's messages count at all. */
export const isMember = ({ voters }: Configuration, id: NodeId): boolean => voters.includes(id);

/** The largest value that a majority of the voters has reached. */
export function reachedByMajority({ voters }: Configuration, reached: (id: NodeId) => number): number {
  const descending = voters.map(reached).sort((a, b) => b - a);
  return descending[majority(voters) - 1] ?? 0;
}

/** How an election stands, given the answers so far. */
export function electionResult(
  { voters }: Configuration,
  votes: ReadonlyMap<NodeId, boolean>,
): "won" | "lost" | "open" {
  const answers = voters.map((id) => votes.get(id));
  if (answers.filter((vote) => vote === true).length >= majority(voters)) return "won";
  const stillPossible = answers.filter((vote) => vote !== false).length;
  return stillPossible >= majority(voters) ? "open" : "lost";
}
