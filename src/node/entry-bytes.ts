import type { Persist } from "../raft/ready.ts";
import { type Index, toIndex } from "../raft/types.ts";

/** The number of parts in which the tail is measured. It is cut between two of them. */
const parts = 8;

/**
 * The size of the entries at the end of the log, bytes. Counts only entries that this instance of the object has
 * written. Earlier entries are bounded by their number alone.
 */
export class Tail {
  readonly #partBytes: number;
  /** The last entry and the bytes of each whole part, oldest first. */
  #marks: { readonly index: Index; readonly bytes: number }[] = [];
  #open = 0;

  constructor(bytesMax: number) {
    this.#partBytes = bytesMax / parts;
  }

  /** Bytes in whole parts. */
  get bytes(): number {
    return this.#marks.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Called with each write. Truncated entries still count, which does no harm. */
  written({ append }: Persist): void {
    for (const { index, data } of append) {
      this.#open += data.byteLength;
      if (this.#open < this.#partBytes) continue;
      this.#marks.push({ index, bytes: this.#open });
      this.#open = 0;
    }
  }

  /** The last entry before the newest `bytesMax` bytes; 0 if there are fewer. */
  before(bytesMax: number): Index {
    let bytes = 0;
    const at = this.#marks.findLastIndex((mark) => {
      bytes += mark.bytes;
      return bytes > bytesMax;
    });
    return this.#marks[at]?.index ?? toIndex(0);
  }

  /** Entries up to `index` are compacted. */
  forget(index: Index): void {
    this.#marks = this.#marks.filter((mark) => mark.index > index);
  }
}
