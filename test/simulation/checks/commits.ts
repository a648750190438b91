import type { Term } from "../../../src/raft/types.ts";
import { type Chain, type ChainedLog, emptyChain } from "./chain.ts";
import { require } from "./finding.ts";

/** All committed entries, by the first node that reported each as committed. */
export class CommitRegister {
  readonly chains: Chain[] = [emptyChain];
  readonly terms: Term[] = [0];
  /** For each term in which something was committed: the last such index, in the order of commitment. */
  readonly #byTerm: { readonly term: Term; index: number }[] = [];

  get last(): number {
    return this.chains.length - 1;
  }

  /** A node reports its log as committed up to `commitIndex`. True if some of that is new. */
  committed(node: number, log: ChainedLog, before: number, commitIndex: number): boolean {
    require(commitIndex <= log.lastIndex, "commit in the log", () =>
      `node ${node} commits ${commitIndex} beyond its log`);
    const firstNew = this.last + 1;
    for (let i = before + 1; i <= commitIndex; i++) {
      const chain = log.chains[i] as Chain;
      const known = this.chains[i];
      if (known === undefined) {
        this.chains.push(chain);
        this.terms.push(log.terms[i] as Term);
      } else
        require(known === chain, "state machine safety", () => `node ${node} commits another entry ${i}`);
    }
    return commitIndex >= firstNew;
  }

  /** All up to `index` is committed in `term`. */
  note(term: Term, index: number): void {
    const same = this.#byTerm.find((committed) => committed.term === term);
    if (same === undefined) this.#byTerm.push({ term, index });
    else same.index = Math.max(same.index, index);
  }

  /** A new leader holds all that was committed in terms before its own (paper figure 3, "leader completeness"). */
  elected(node: number, term: Term, log: ChainedLog): void {
    const index = this.#lastOf(term - 1);
    const holds = log.chains[index] === this.chains[index];
    require(holds, "leader completeness", () => `node ${node} leads term ${term} without entry ${index}`);
  }

  /**
   * Whether truncating `log` from `index` in `term` removes entries that were committed in terms up to `term`.
   * A leader of an earlier term may still remove what a later term has committed, if the node does not know of that.
   */
  isCommitted(log: ChainedLog, index: number, term: Term): boolean {
    return index <= Math.min(this.#lastOf(term), log.lastIndex) && log.chains[index] === this.chains[index];
  }

  /** The last index that was committed in terms up to `term`. */
  #lastOf(term: Term): number {
    return Math.max(
      0,
      ...this.#byTerm.filter((committed) => committed.term <= term).map(({ index }) => index),
    );
  }
}
