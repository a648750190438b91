import type { Entry } from "../../../src/raft/types.ts";
import { entryKey } from "./entries.ts";

/** When the leader decided on each entry, by its wall clock. The entry itself does not hold that. */
export class DecisionRegister {
  readonly #made = new Map<number, { readonly checksum: number; readonly at: number }>();

  /** A node writes `entry` at `now`. The first node to write it has made it; if it lost the entry, it may make another. */
  written({ term, index, checksum }: Entry, now: number): void {
    const key = entryKey(term, index);
    if (this.#made.get(key)?.checksum !== checksum) this.#made.set(key, { checksum, at: now });
  }

  /** Ms since the epoch, on that leader's clock. */
  madeAt({ term, index }: Entry): number {
    return this.#made.get(entryKey(term, index))?.at ?? Number.NaN;
  }
}
