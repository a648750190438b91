import type { Persist } from "../../../src/raft/ready.ts";
import type { SleepMark } from "../../../src/raft/sleep.ts";
import type { Entry, HardState, Index, LogReader, Term } from "../../../src/raft/types.ts";
import { toIndex } from "../../../src/raft/types.ts";

/** All that a node stores: values, so that what is written and what is durable can differ. */
export interface Image {
  readonly hardState: HardState;
  readonly sleepMark: SleepMark | null;
  readonly log: readonly Entry[];
}

/** The image after a write: hard state, sleep, truncation, entries, in that order. */
export function written(image: Image, { hardState, sleep, truncateFrom, append }: Persist): Image {
  const kept = truncateFrom === null ? image.log : image.log.slice(0, truncateFrom - 1);
  const sleepMark = sleep === "awake" ? null : (sleep ?? image.sleepMark);
  return { hardState: hardState ?? image.hardState, sleepMark, log: [...kept, ...append] };
}

/** Where a log ends. */
export function endOf({ log }: Image): { readonly lastIndex: Index; readonly lastTerm: Term } {
  return { lastIndex: toIndex(log.length), lastTerm: log.at(-1)?.term ?? 0 };
}

/** Reads whatever image is the present one. */
export function readerOf(present: () => Image): LogReader {
  return {
    term: (index) => (index === 0 ? 0 : (present().log[index - 1]?.term ?? null)),
    configuration: (upTo) =>
      present().log.findLast(({ kind, index }) => kind === "configuration" && index <= upTo) ?? null,
    entries: (from, to, bytesMax) => firstBytes(present().log.slice(from - 1, to), bytesMax),
  };
}

/** The first of `entries` that have `bytesMax` bytes together, and at least one. */
function firstBytes(entries: readonly Entry[], bytesMax: number): readonly Entry[] {
  let bytes = 0;
  const end = entries.findIndex(({ data }, i) => {
    bytes += data.byteLength;
    return i > 0 && bytes > bytesMax;
  });
  return end === -1 ? entries : entries.slice(0, end);
}
