import { type Ancestor, type LogId, type Seq, toSeq } from "./types.ts";
import type { Life, LogView } from "./view.ts";

/** Whether forks that are not deleted, or forks of theirs, still read from this log. */
export function isHeld(log: LogId, view: LogView): boolean {
  return view.forksOf(log).some((fork) => presentLife(fork, view) !== null || isHeld(fork, view));
}

/** Null for a life that is over: it was deleted, or its name has another life. */
function presentLife(log: LogId, view: LogView): Life | null {
  const life = view.lifeOf(log);
  return life !== null && !life.deleted && view.life(life.name)?.id === log ? life : null;
}

/** The first record that can still be read from this log, also through forks. Infinite if none can. */
export function firstNeeded(log: LogId, view: LogView): number {
  const own = presentLife(log, view)?.state.earliest ?? Number.POSITIVE_INFINITY;
  const forks = view.forksOf(log).map((fork) => {
    const first = firstNeeded(fork, view);
    // A fork does not read its own records from its source.
    return first < (view.lifeOf(fork)?.state.start ?? 0) ? first : Number.POSITIVE_INFINITY;
  });
  return Math.min(own, ...forks);
}

/**
 * The logs that hold the records before `at`, for a fork of `source` whose own records begin there. Lists all
 * ancestors, even those without such records, so that their number is the length of the chain.
 */
export function lineageOf({ id, state }: Life, at: Seq): readonly Ancestor[] {
  const inherited = state.fork?.lineage ?? [];
  const clipped = inherited.map(({ log, until }) => ({ log, until: toSeq(Math.min(until, at)) }));
  return [...clipped, { log: id, until: at }];
}
