import type { NodeId, Term } from "../../../src/raft/types.ts";
import { entryKey } from "./entries.ts";
import { require } from "./finding.ts";

/** Election safety and single votes, judged over all of time. */
export class TermRegister {
  readonly #leaders = new Map<Term, NodeId>();
  readonly #votes = new Map<number, NodeId>();

  /** At most one leader a term (paper figure 3). True if this leader is new. */
  lead(term: Term, node: NodeId): boolean {
    const known = this.#leaders.get(term);
    if (known === undefined) this.#leaders.set(term, node);
    else require(known === node, "election safety", () => `nodes ${known} and ${node} both led term ${term}`);
    return known === undefined;
  }

  leader(term: Term): NodeId | undefined {
    return this.#leaders.get(term);
  }

  /** At most one vote a node a term, restarts or not; only votes that left the node count. */
  vote(term: Term, voter: NodeId, candidate: NodeId): void {
    const key = entryKey(term, voter);
    const known = this.#votes.get(key) ?? candidate;
    this.#votes.set(key, candidate);
    require(known === candidate, "single vote", () =>
      `node ${voter} voted for ${known} and ${candidate} in term ${term}`);
  }
}
