import { type Ancestor, type LogId, type Seq, toSeq } from "./types.ts";
import type { Life, LogView } from "./view.ts";

/** Whether forks that are not deleted, or forks of theirs, still read from this log. */
export function isHeld(log: LogId, view: LogView): boolean {
  return view.forksOf(log).some((fork) => presentLife(fork, view) !== null || isHeld(fork, view));
}

/** Null for a life that is over: it was deleted, or its name has begun another one. */
function presentLife(log: LogId, view: LogView): Life | null {
  const life = view.lifeOf(log);
  return life !== null && !life.deleted && view.life(life.name)?.id === log ? life : null;
}

/** The first record that somebody may still read from this log; infinite where nobody reads from it any more. */
export function firstNeeded(log: LogId, view: LogView): number {
  const own = presentLife(log, view)?.state.earliest ?? Number.POSITIVE_INFINITY;
  const forks = view.forksOf(log).map((fork) => {
    const first = firstNeeded(fork, view);
    // What a fork has of its own it does not read from its source.
    return first < (view.lifeOf(fork)?.state.start ?? 0) ? first : Number.POSITIVE_INFINITY;
  });
  return Math.min(own, ...forks);
}

/**
 * Where the records before `at` lie, for a fork of `source` that has its own from there on. All of its ancestors are
 * there, those too of which it needs none: so their number is the length of the chain.
 */
export function lineageOf({ id, state }: Life, at: Seq): readonly Ancestor[] {
  const inherited = state.fork?.lineage ?? [];
  const clipped = inherited.map(({ log, until }) => ({ log, until: toSeq(Math.min(until, at)) }));
  return [...clipped, { log: id, until: at }];
}
