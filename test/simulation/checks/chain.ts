import type { Entry, Term } from "../../../src/raft/types.ts";

/** A hash over an entry and all entries before it. Equal hashes stand for equal logs. */
export type Chain = number;

/** Of the empty log. */
export const emptyChain: Chain = 0x2545f491;

export function chainOf(before: Chain, entry: Entry): Chain {
  let hash = Math.imul(before ^ entry.checksum, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15) ^ entry.term, 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** An entry, and the hash up to it. */
export interface Link {
  readonly entry: Entry;
  readonly chain: Chain;
}

/** A log by the term and the chain of each entry; index 0 stands before the first. */
export class ChainedLog {
  readonly terms: Term[] = [0];
  readonly chains: Chain[] = [emptyChain];

  get lastIndex(): number {
    return this.terms.length - 1;
  }

  get last(): Chain {
    return this.chains[this.lastIndex] ?? emptyChain;
  }

  /** Removes the entries at and after `from`. */
  truncate(from: number): void {
    if (from >= this.terms.length) return;
    this.terms.length = from;
    this.chains.length = from;
  }

  push(term: Term, chain: Chain): void {
    this.terms.push(term);
    this.chains.push(chain);
  }

  /** Makes this equal to `other`. Copies only what comes after the first difference. */
  become(other: ChainedLog): void {
    let same = Math.min(this.lastIndex, other.lastIndex);
    while (same > 0 && this.chains[same] !== other.chains[same]) same -= 1;
    this.truncate(same + 1);
    for (let i = same + 1; i <= other.lastIndex; i++)
      this.push(other.terms[i] as Term, other.chains[i] as Chain);
  }
}
