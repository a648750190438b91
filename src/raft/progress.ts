import { type Index, toIndex } from "./types.ts";

/**
 * What a leader knows of one peer (paper figure 2, `nextIndex` and `matchIndex`).
 *
 * - `probe`: it is not known where the logs match. One AppendEntries at a time asks.
 * - `replicate`: it is known. Entries are sent ahead of their answers, up to a window.
 * - `snapshot`: the peer lacks compacted entries. Segments are sent ahead of their answers, from its commit index on.
 */
export interface Progress {
  mode: "probe" | "replicate" | "snapshot";
  /** The peer durably holds the leader's log up to here. */
  matchIndex: Index;
  /**
   * The next entry to send, above `matchIndex`. But a snapshot begins again at the peer's commit index, which after a
   * restart may be lower than what the peer holds.
   */
  nextIndex: Index;
  /** In `probe`: the question was sent, and is repeated with the next heartbeat. In `snapshot`: the peer is silent. */
  paused: boolean;
  /** The last index of each unanswered AppendEntries with entries, or segment of a snapshot. */
  inflight: Index[];
  /** In `snapshot`: the peer's last known commit index, and when it last grew or sending began again, ms. */
  told: Index;
  toldAt: number;
  /** When anything was last sent, ms. */
  sentAt: number;
  /** The latest read round that was sent to it, and that it acknowledged. */
  sentRound: number;
  ackedRound: number;
  /** Up to where the last message to it lets it commit, which is never beyond the entries that the message is about. */
  sentCommit: Index;
  /** The latest round to which it answered that it sleeps. */
  quiescedRound: number;
  /** When it last answered in this term, ms. */
  ackedAt: number;
}

/** A peer of which a new leader knows nothing. It assumes that the logs are the same (paper §5.3). */
export function createProgress(nextIndex: Index, now: number): Progress {
  return {
    mode: "probe",
    matchIndex: toIndex(0),
    nextIndex,
    paused: false,
    inflight: [],
    told: toIndex(0),
    toldAt: now,
    sentAt: Number.NEGATIVE_INFINITY,
    sentRound: 0,
    sentCommit: toIndex(0),
    ackedRound: 0,
    quiescedRound: 0,
    ackedAt: now,
  };
}

/** A peer that holds the whole log and knows all of it as committed. */
export function settledProgress(lastIndex: Index, round: number, now: number): Progress {
  return {
    ...createProgress(toIndex(lastIndex + 1), now),
    ...{ mode: "replicate", matchIndex: lastIndex, sentCommit: lastIndex },
    ...{ sentRound: round, ackedRound: round, quiescedRound: round },
  };
}

/** Whether a message without entries, sent now, lets the peer commit more than the last message to it. */
export function lacksCommit({ sentCommit, nextIndex }: Progress, commitIndex: Index): boolean {
  return sentCommit < Math.min(commitIndex, nextIndex - 1);
}

/** The peer holds all up to `matchIndex`. From now on entries are sent ahead of their answers. */
export function acceptedUpTo(progress: Progress, matchIndex: Index): void {
  if (matchIndex > progress.matchIndex) progress.matchIndex = matchIndex;
  const afterMatch = toIndex(progress.matchIndex + 1);
  if (progress.mode !== "replicate") {
    progress.mode = "replicate";
    progress.nextIndex = afterMatch;
  } else if (progress.nextIndex < afterMatch) {
    progress.nextIndex = afterMatch;
  }
  progress.inflight = progress.inflight.filter((lastIndex) => lastIndex > progress.matchIndex);
}

/** A message was lost: probe again from `nextIndex`. */
export function probeFrom(progress: Progress, nextIndex: Index, paused: boolean): void {
  progress.mode = "probe";
  progress.nextIndex = nextIndex;
  progress.paused = paused;
  progress.inflight = [];
}
