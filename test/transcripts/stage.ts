import type { Message } from "../../src/raft/messages.ts";
import type { NodeId, Term } from "../../src/raft/types.ts";
import { Cluster, defaults } from "../raft/harness/cluster.ts";

/** The cluster that the first commands of a transcript describe, and messages that it keeps for later. */
export class Stage {
  readonly kept = new Map<string, readonly Message[]>();
  readonly #logs: Record<NodeId, readonly Term[]> = {};
  readonly #terms: Record<NodeId, Term> = {};
  readonly #votes: Record<NodeId, NodeId> = {};
  #appendBytesMax = defaults.appendBytesMax;
  #size = 0;
  #voters = 0;
  #cluster: Cluster | null = null;

  nodes(size: number, voters: number): void {
    this.#size = size;
    this.#voters = voters;
  }

  log(id: NodeId, terms: readonly Term[]): void {
    this.#logs[id] = terms;
  }

  term(id: NodeId, term: Term): void {
    this.#terms[id] = term;
  }

  vote(id: NodeId, candidate: NodeId): void {
    this.#votes[id] = candidate;
  }

  appendBytes(max: number): void {
    this.#appendBytesMax = max;
  }

  get isOpen(): boolean {
    return this.#cluster !== null;
  }

  /** From now on the nodes run, and their state can't be set any more. */
  get cluster(): Cluster {
    this.#cluster ??= new Cluster({
      ...{ size: this.#size, voters: this.#voters },
      ...{ logs: this.#logs, currentTerms: this.#terms, votes: this.#votes },
      options: { appendBytesMax: this.#appendBytesMax },
    });
    return this.#cluster;
  }
}
