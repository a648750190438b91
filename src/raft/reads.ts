import { reachedByMajority } from "./quorum.ts";
import type { Leader, PendingRead, PendingReads, State } from "./state.ts";
import { type Index, toIndex } from "./types.ts";

export const noReads = (): PendingReads => ({ round: 0, confirmedRound: 0, waiting: [], contexts: 0 });

/** Begins a read that covers `atLeast` and all that is committed now. Returns its context. */
export function beginRead(state: State, leader: Leader, atLeast: Index): number {
  const { reads } = leader;
  reads.contexts += 1;
  const index = toIndex(Math.max(atLeast, state.commitIndex, leader.termStart));
  reads.waiting.push({ context: reads.contexts, round: reads.round + 1, index });
  return reads.contexts;
}

/** Opens the next round if a read waits for it, and the last round was answered or may be lost. */
export function openRound(reads: PendingReads, mayBeLost: boolean): void {
  const newest = reads.waiting.at(-1)?.round ?? 0;
  if (newest > reads.round && (reads.confirmedRound === reads.round || mayBeLost)) reads.round += 1;
}

/** Releases the reads that are confirmed and whose index is committed. */
export function settleReads(state: State, leader: Leader): void {
  const { reads } = leader;
  if (reads.waiting.length === 0) return;
  // This node confirms every round itself, also the next one.
  const answered = (id: number): number => leader.peers.get(id)?.ackedRound ?? Number.POSITIVE_INFINITY;
  reads.confirmedRound = reachedByMajority(state.configuration, answered);
  const isSettled = ({ round, index }: PendingRead): boolean =>
    round <= reads.confirmedRound && index <= state.commitIndex;
  for (const { context, index } of reads.waiting.filter(isSettled))
    state.effects.reads.push({ context, index });
  reads.waiting = reads.waiting.filter((read) => !isSettled(read));
}
