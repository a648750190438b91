import type { Entry, Term } from "../../../src/raft/types.ts";
import { type Chain, emptyChain } from "./chain.ts";
import { require } from "./finding.ts";

const indexLimit = 2 ** 21;

/** One number for a (term, index). */
export const entryKey = (term: Term, index: number): number => term * indexLimit + index;

/** Log matching (paper figure 3): an entry's term and index fix it and all before it, on every node, for ever. */
export class EntryRegister {
  readonly #chains = new Map<number, Chain>([[entryKey(0, 0), emptyChain]]);
  readonly #entries = new Map<number, Entry>();

  add(entry: Entry, chain: Chain): void {
    const { term, index } = entry;
    this.#entries.set(entryKey(term, index), entry);
    const key = entryKey(term, index);
    const known = this.#chains.get(key);
    if (known === undefined) this.#chains.set(key, chain);
    else
      require(known === chain, "log matching", () =>
        `two entries ${index} of term ${term}, or two pasts of it`);
  }

  entry(term: Term, index: number): Entry {
    return this.#entries.get(entryKey(term, index)) as Entry;
  }

  /** Undefined if no node ever had such an entry on disk. */
  chain(term: Term, index: number): Chain | undefined {
    return this.#chains.get(entryKey(term, index));
  }
}
