import { membersOf } from "./configuration.ts";
import { createEntry } from "./entry.ts";
import { createProgress, type Progress, settledProgress } from "./progress.ts";
import { reachedByMajority } from "./quorum.ts";
import { noReads } from "./reads.ts";
import { append, type CatchUp, type Leader, type State, takeRole } from "./state.ts";
import { type Index, type NodeId, type QuiesceMark, toIndex } from "./types.ts";
import { addProposal, noProposals } from "./uncommitted.ts";

/** Opens its term with a no-op, which also commits the entries of earlier terms (paper §8). */
export function becomeLeader(state: State, now: number): void {
  const termStart = toIndex(state.lastIndex + 1);
  takeRole(
    state,
    leaderFrom(state, termStart, now, () => createProgress(termStart, now)),
    "votes-won",
  );
  state.leader = state.id;
  append(state, [createEntry(termStart, state.currentTerm, "noop", new Uint8Array(0))]);
}

/**
 * Resumes its term after a restart: its mark shows that it has sent nothing since all nodes held the whole log. Old
 * acknowledgements may still be under way, so its read rounds continue from the mark.
 */
export function resumeLeader(state: State, { index, round }: QuiesceMark, now: number): void {
  const role = {
    ...leaderFrom(state, index, now, () => settledProgress(index, round, now)),
    durableIndex: index,
    reads: { ...noReads(), round, confirmedRound: round },
    quiesceRound: round,
  };
  takeRole(state, role, "resumed");
}

function leaderFrom(state: State, termStart: Index, now: number, progress: () => Progress): Leader {
  const others = membersOf(state.configuration).filter((id) => id !== state.id);
  const { learners } = state.configuration;
  return {
    name: "leader",
    termStart,
    durableIndex: toIndex(0),
    peers: new Map(others.map((id) => [id, progress()])),
    catchUps: catchUpsOf(learners, termStart, now),
    reads: noReads(),
    proposals: noProposals(),
    announcesCommit: false,
    transfer: null,
    idleSince: now,
    quiesceRound: null,
  };
}

/** Begins the first round of each learner, up to `roundEnd`. */
export function catchUpsOf(
  learners: readonly NodeId[],
  roundEnd: Index,
  roundBeganAt: number,
): ReadonlyMap<NodeId, CatchUp> {
  return new Map(learners.map((id) => [id, { roundEnd, roundBeganAt, isDone: false }]));
}

/** Appends one command to the leader's log. */
export function appendCommand(state: State, leader: Leader, data: Uint8Array): Index {
  const index = toIndex(state.lastIndex + 1);
  append(state, [createEntry(index, state.currentTerm, "command", data)]);
  addProposal(leader.proposals, index, data.byteLength);
  return index;
}

/** When a majority was last heard, ms. The leader always hears itself. */
export function quorumHeardAt(state: State, leader: Leader, now: number): number {
  return reachedByMajority(state.configuration, (id) => leader.peers.get(id)?.ackedAt ?? now);
}
