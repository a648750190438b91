import type { Entry } from "../../../src/raft/types.ts";
import type { Replay } from "./replay.ts";
import type { ReplayedLife } from "./replayed-life.ts";

/**
 * The entries up to `index` that may still be needed: the newest configuration, and of each name its newest life's
 * state, documents, and batches from the first record on that can be read.
 */
export function liveRows(
  replay: Replay,
  index: number,
  entryAt: (index: number) => Entry,
): ReadonlySet<number> {
  const live = new Set<number>();
  for (let i = index; i > 0; i--) {
    if (entryAt(i).kind !== "configuration") continue;
    live.add(i);
    break;
  }
  for (const name of replay.names.keys()) {
    const life = replay.life(name, index);
    if (life !== null) for (const row of rowsOf(life, index)) live.add(row);
  }
  return live;
}

function rowsOf(life: ReplayedLife, index: number): readonly number[] {
  const needed = firstNeeded(life, index);
  if (needed === Number.POSITIVE_INFINITY) return [life.stateIndex];
  const documents = new Map(life.documents.map((document) => [document.key, document.index]));
  const batches = life.batches.filter((batch) => batch.end > needed).map((batch) => batch.index);
  // It identifies a retry, even if its records are trimmed.
  const lastOf = new Map(life.batches.map((batch) => [batch.producer, batch.index]));
  lastOf.delete(null);
  return [life.stateIndex, ...documents.values(), ...batches, ...lastOf.values()];
}

/** The first record that readers of this life, or of forks of it, may ask for; infinite where there are none. */
function firstNeeded(life: ReplayedLife, index: number): number {
  const own = life.isPresentAt(index) ? life.state.earliest : Number.POSITIVE_INFINITY;
  const forks = life.forks.map((fork) => {
    const first = firstNeeded(fork, index);
    return first < fork.state.start ? first : Number.POSITIVE_INFINITY;
  });
  return Math.min(own, ...forks);
}
