import type { Persist } from "../../../src/raft/ready.ts";
import type { Entry, HardState, Index, LogReader, SnapshotMark, Term } from "../../../src/raft/types.ts";
import { type QuiesceMark, toIndex } from "../../../src/raft/types.ts";

/** All that a node stores, as immutable values, so that the written and the durable state can differ. */
export interface Image {
  readonly hardState: HardState;
  readonly quiesceMark: QuiesceMark | null;
  readonly snapshot: SnapshotMark;
  /** In order. Up to the snapshot's end some may be missing. */
  readonly log: readonly Entry[];
}

/** The image after a write: hard state, sleep, truncation, snapshot, entries, in that order. */
export function written(
  image: Image,
  { hardState, quiesce, truncateFrom, snapshot, append }: Persist,
): Image {
  const kept = truncateFrom === null ? image.log : image.log.filter(({ index }) => index < truncateFrom);
  return {
    hardState: hardState ?? image.hardState,
    quiesceMark: quiesce === "awake" ? null : (quiesce ?? image.quiesceMark),
    snapshot: snapshot?.mark ?? image.snapshot,
    log: [...kept, ...(snapshot?.rows ?? []), ...append],
  };
}

/** The last index and term of a log. */
export function endOf({ log, snapshot }: Image): { readonly lastIndex: Index; readonly lastTerm: Term } {
  const last = log.at(-1);
  if (last === undefined || last.index <= snapshot.index)
    return { lastIndex: snapshot.index, lastTerm: snapshot.term };
  return { lastIndex: last.index, lastTerm: last.term };
}

/** Reads from the current image. */
export function readerOf(present: () => Image): LogReader {
  const between = (from: Index, to: Index): readonly Entry[] =>
    present().log.filter(({ index }) => index >= from && index <= to);
  return {
    term: (index) => (index === 0 ? 0 : (between(index, index)[0]?.term ?? null)),
    configuration: (upTo) =>
      between(toIndex(1), upTo).findLast(({ kind }) => kind === "configuration") ?? null,
    entries: (from, to, bytesMax) => firstBytes(between(from, to), bytesMax),
    rows: (from, to, bytesMax, countMax) => firstBytes(between(from, to).slice(0, countMax), bytesMax),
  };
}

/** The first of `entries`, up to `bytesMax` bytes together, but at least one. */
function firstBytes(entries: readonly Entry[], bytesMax: number): readonly Entry[] {
  let bytes = 0;
  const end = entries.findIndex(({ data }, i) => {
    bytes += data.byteLength;
    return i > 0 && bytes > bytesMax;
  });
  return end === -1 ? entries : entries.slice(0, end);
}
