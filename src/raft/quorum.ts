import type { Configuration } from "./configuration.ts";
import type { NodeId } from "./types.ts";

/** The voters of each half of a joint configuration, or of the only one (paper §6). */
type Voters = Pick<Configuration, "voters" | "outgoing">;

const majority = (voters: readonly NodeId[]): number => Math.floor(voters.length / 2) + 1;

/** The largest value that a majority of the voters has reached; in a joint configuration, of both halves. */
export function reachedByMajority({ voters, outgoing }: Voters, reached: (id: NodeId) => number): number {
  const byNew = reachedBy(voters, reached);
  return outgoing.length === 0 ? byNew : Math.min(byNew, reachedBy(outgoing, reached));
}

function reachedBy(voters: readonly NodeId[], reached: (id: NodeId) => number): number {
  const descending = voters.map(reached).sort((a, b) => b - a);
  return descending[majority(voters) - 1] ?? 0;
}

type ElectionResult = "won" | "lost" | "open";

/** How an election stands, given the answers so far; in a joint configuration, both halves must be won. */
export function electionResult(
  { voters, outgoing }: Voters,
  votes: ReadonlyMap<NodeId, boolean>,
): ElectionResult {
  const byNew = resultAmong(voters, votes);
  const byOld = outgoing.length === 0 ? byNew : resultAmong(outgoing, votes);
  if (byNew === "lost" || byOld === "lost") return "lost";
  return byNew === "won" && byOld === "won" ? "won" : "open";
}

function resultAmong(voters: readonly NodeId[], votes: ReadonlyMap<NodeId, boolean>): ElectionResult {
  const answers = voters.map((id) => votes.get(id));
  if (answers.filter((vote) => vote === true).length >= majority(voters)) return "won";
  const stillPossible = answers.filter((vote) => vote !== false).length;
  return stillPossible >= majority(voters) ? "open" : "lost";
}
