import type { Leader } from "./leader.ts";
import { reachedByMajority } from "./quorum.ts";
import type { State } from "./state.ts";
import { type Index, toIndex } from "./types.ts";

/**
 * Linearizable reads without writes (ReadIndex, thesis §6.4): a read is true once a majority has answered
 * an AppendEntries sent after the read came in, and the leader has committed an entry of its own term.
 *
 * A round is one such question to all. While one is under way, the reads that come in wait for the next
 * and share it: so there is one round at a time, however many reads there are.
 */
export interface PendingReads {
  /** The latest round that was sent. Never reused within a term, also where its leader restarts and goes on. */
  round: number;
  /** The latest round that a majority has answered. */
  confirmedRound: number;
  /** By round, oldest first. */
  waiting: PendingRead[];
  /** How many contexts were given out. */
  contexts: number;
}

interface PendingRead {
  readonly context: number;
  readonly round: number;
  readonly index: Index;
}

export const noReads = (): PendingReads => ({ round: 0, confirmedRound: 0, waiting: [], contexts: 0 });

/** Begins a read of everything up to `atLeast`, and up to what is committed now. Gives its context. */
export function beginRead(state: State, leader: Leader, atLeast: Index): number {
  const { reads } = leader;
  reads.contexts += 1;
  const index = toIndex(Math.max(atLeast, state.commitIndex, leader.termStart));
  reads.waiting.push({ context: reads.contexts, round: reads.round + 1, index });
  return reads.contexts;
}

/** Opens the next round if somebody waits for it, and the last is answered or may be lost. */
export function openRound(reads: PendingReads, mayBeLost: boolean): void {
  const newest = reads.waiting.at(-1)?.round ?? 0;
  if (newest > reads.round && (reads.confirmedRound === reads.round || mayBeLost)) reads.round += 1;
}

/** Hands out the reads that are confirmed and whose index is committed. */
export function settleReads(state: State, leader: Leader): void {
  const { reads } = leader;
  if (reads.waiting.length === 0) return;
  // This node itself confirms every round, also the next one.
  const answered = (id: number): number => leader.peers.get(id)?.ackedRound ?? Number.POSITIVE_INFINITY;
  reads.confirmedRound = reachedByMajority(state.configuration, answered);
  const isSettled = ({ round, index }: PendingRead): boolean =>
    round <= reads.confirmedRound && index <= state.commitIndex;
  for (const { context, index } of reads.waiting.filter(isSettled))
    state.effects.reads.push({ context, index });
  reads.waiting = reads.waiting.filter((read) => !isSettled(read));
}
