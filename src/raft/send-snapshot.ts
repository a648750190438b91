import { segmentChecksum } from "./entry.ts";
import type { Progress } from "./progress.ts";
import type { State } from "./state.ts";
import { type Index, type NodeId, toIndex } from "./types.ts";

/** The peer, whose commit index is `told`, lacks compacted entries. */
export function beginSnapshot(progress: Progress, told: Index, now: number): void {
  progress.mode = "snapshot";
  resumeSnapshot(progress, told, now);
}

/** Segments under way count as lost: sending continues from the peer's last known commit index. */
function resumeSnapshot(progress: Progress, told: Index, now: number): void {
  progress.nextIndex = toIndex(told + 1);
  progress.inflight = [];
  progress.paused = false;
  progress.told = told;
  progress.toldAt = now;
}

/** The peer can't be reached: wait until it answers a heartbeat. */
export function pauseSnapshot(progress: Progress): void {
  progress.nextIndex = toIndex(progress.told + 1);
  progress.inflight = [];
  progress.paused = true;
}

/**
 * The peer reports its commit index. `isGap`: it refused a segment because the one before is missing. Without progress
 * for `patienceMs` segments count as lost. A peer that has less than before was restarted.
 */
export function toldOfSnapshot(
  progress: Progress,
  told: Index,
  isGap: boolean,
  now: number,
  patienceMs: number,
): void {
  const isLost = isGap || progress.paused || told < progress.told;
  const isStuck = told === progress.told && now - progress.toldAt >= patienceMs;
  if (isLost || isStuck) {
    resumeSnapshot(progress, told, now);
    return;
  }
  if (told > progress.told) progress.toldAt = now;
  progress.told = told;
  progress.nextIndex = toIndex(Math.max(progress.nextIndex, told + 1));
  progress.inflight = progress.inflight.filter((lastIndex) => lastIndex > told);
}

/**
 * Sends the next segment, if the window allows. It is made of the rows as they are now and ends at one of them. After
 * the last row it reaches to the snapshot's end.
 */
export function sendSegment(state: State, to: NodeId, progress: Progress, countMax: number): void {
  const { snapshot, options, log, effects } = state;
  const { nextIndex, inflight } = progress;
  if (progress.paused || nextIndex > snapshot.index || inflight.length >= options.inflightMax) return;
  const entries = log.rows(nextIndex, snapshot.index, options.appendBytesMax, countMax);
  const { index: lastIndex, term: lastTerm } = entries.at(-1) ?? snapshot;
  const segment = {
    type: "InstallSnapshot",
    ...{ from: state.id, to, term: state.currentTerm },
    ...{ configurationIndex: state.configurationIndex, recoveries: state.configuration.recoveries },
    ...{ prevIndex: toIndex(nextIndex - 1), lastIndex, lastTerm, snapshotIndex: snapshot.index, entries },
  } as const;
  effects.messages.push({ ...segment, checksum: segmentChecksum(segment) });
  progress.nextIndex = toIndex(lastIndex + 1);
  inflight.push(lastIndex);
}
