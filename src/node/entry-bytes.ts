import type { Persist } from "../raft/ready.ts";
import { type Index, toIndex } from "../raft/types.ts";

/** Into so many parts the tail is measured: it is cut between two of them. */
const parts = 8;

/**
 * How many bytes the entries at the end of the log have, as far as this object has written them itself: those
 * of an earlier life are not counted, and are bounded by their number alone.
 */
export class Tail {
  readonly #partBytes: number;
  /** The last entry of each whole part, and the bytes of the part; oldest first. */
  #marks: { readonly index: Index; readonly bytes: number }[] = [];
  #open = 0;

  constructor(bytesMax: number) {
    this.#partBytes = bytesMax / parts;
  }

  /** Bytes in whole parts. */
  get bytes(): number {
    return this.#marks.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Follows what is written; what is truncated was never committed, and may count all the same. */
  written({ append }: Persist): void {
    for (const { index, data } of append) {
      this.#open += data.byteLength;
      if (this.#open < this.#partBytes) continue;
      this.#marks.push({ index, bytes: this.#open });
      this.#open = 0;
    }
  }

  /** The last entry before the newest `bytesMax` bytes; 0 where there are not so many. */
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
