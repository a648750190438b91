import type { Entry } from "../../../src/raft/types.ts";
import { entryKey } from "./entries.ts";

/** What the wall clock of the leader showed when it decided on an entry; nothing in the entry says that. */
export class DecisionRegister {
  readonly #made = new Map<number, { readonly checksum: number; readonly at: number }>();

  /** A node writes `entry` at `now`. Who writes it first has made it; who lost it may make another. */
  written({ term, index, checksum }: Entry, now: number): void {
    const key = entryKey(term, index);
    if (this.#made.get(key)?.checksum !== checksum) this.#made.set(key, { checksum, at: now });
  }

  /** Ms since the epoch, on that leader's clock. */
  madeAt({ term, index }: Entry): number {
    return this.#made.get(entryKey(term, index))?.at ?? Number.NaN;
  }
}
