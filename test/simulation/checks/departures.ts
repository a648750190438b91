import type { AppendEntries, AppendEntriesAccepted, Message } from "../../../src/raft/messages.ts";
import type { NodeId, Options } from "../../../src/raft/types.ts";
import type { Marks } from "../world/trace.ts";
import { type Chain, chainOf } from "./chain.ts";
import type { CommitRegister } from "./commits.ts";
import { type EntryRegister, entryKey } from "./entries.ts";
import { require } from "./finding.ts";
import type { QuiesceRegister } from "./quiesce-register.ts";
import type { SnapshotRegister } from "./snapshots.ts";
import type { TermRegister } from "./terms.ts";
import { diskOf, type Witnesses } from "./witnesses.ts";

/** What is known of all nodes together. */
export interface Registers {
  readonly entries: EntryRegister;
  readonly terms: TermRegister;
  readonly commits: CommitRegister;
  readonly snapshots: SnapshotRegister;
  readonly quiesce: QuiesceRegister;
}

/** Judges the messages that leave nodes: persist before send, and true claims. */
export class Departures {
  readonly #registers: Registers;
  readonly #witnesses: Witnesses;
  readonly #options: Pick<Options, "appendBytesMax">;
  readonly #marks: Marks;
  /** For (term, index): the chain up to `index` that the leader of `term` said to have. */
  readonly #claims = new Map<number, Chain>();

  constructor(
    registers: Registers,
    witnesses: Witnesses,
    options: Pick<Options, "appendBytesMax">,
    marks: Marks,
  ) {
    this.#registers = registers;
    this.#witnesses = witnesses;
    this.#options = options;
    this.#marks = marks;
  }

  /** A message leaves a node: what it claims must be durable by now. */
  left(message: Message): void {
    switch (message.type) {
      case "AppendEntries":
        this.#appendLeft(message);
        break;
      case "AppendEntriesAccepted":
        this.#acceptedLeft(message);
        break;
      case "InstallSnapshot":
        this.#registers.terms.lead(message.term, message.from);
        this.#registers.snapshots.left(message);
        break;
      case "AppendEntriesRejected":
      case "InstallSnapshotResponse":
        this.#commitLeft(message.from, message.commitIndex);
        break;
      case "RequestVote":
        this.#voteLeft(message.term, message.from, message.from);
        if (message.isTransfer) this.#marks.count("reached: a successor campaigned");
        break;
      case "RequestVoteResponse":
        if (message.granted) this.#voteLeft(message.term, message.from, message.to);
        break;
      default:
    }
  }

  #voteLeft(term: number, voter: NodeId, candidate: NodeId): void {
    this.#registers.terms.vote(term, voter, candidate);
    const durable = this.#witnesses.of(voter).votes.get(term) === candidate;
    require(durable, "vote durable before sent", () =>
      `node ${voter}'s vote of term ${term} for ${candidate}`);
  }

  #appendLeft(message: AppendEntries): void {
    const { term, from, prevIndex, prevTerm, entries, commitIndex } = message;
    this.#registers.terms.lead(term, from);
    let chain = this.#registers.entries.chain(prevTerm, prevIndex);
    require(chain !== undefined, "leader's claim", () =>
      `leader ${from} sends after ${prevIndex}, which no node has`);
    for (const entry of entries) chain = chainOf(chain, entry);
    const last = entries.at(-1);
    const known = last === undefined ? chain : this.#registers.entries.chain(last.term, last.index);
    require(known === chain, "leader's claim", () => `leader ${from} sends other entries than it has`);
    this.#claims.set(entryKey(term, prevIndex + entries.length), chain);
    this.#registers.quiesce.appendLeft(message, diskOf(this.#witnesses.of(from)).onDisk.quiesceMark);
    require(commitIndex <= this.#registers.commits.last, "commit before told", () =>
      `leader ${from} tells of commit ${commitIndex}`);
    this.#requireBounded(message);
  }

  #requireBounded({ from, entries }: AppendEntries): void {
    if (entries.length < 2) return;
    const bytes = entries.reduce((sum, entry) => sum + entry.data.length, 0);
    const bounded = bytes <= this.#options.appendBytesMax;
    require(bounded, "bounded messages", () => `leader ${from} sends ${bytes} bytes at once`);
  }

  /** Durable as it was accepted; or a newer term became durable while it waited for the disk. */
  #acceptedLeft(message: AppendEntriesAccepted): void {
    const { from, term, matchIndex } = message;
    const claim = this.#claims.get(entryKey(term, matchIndex));
    require(claim !== undefined, "honest acknowledgement", () =>
      `node ${from} accepts ${matchIndex}, which was not sent in term ${term}`);
    const witness = this.#witnesses.of(from);
    const { hardState, log } = diskOf(witness).onDisk;
    this.#registers.quiesce.acceptedLeft(message);
    const overtaken = hardState.currentTerm > term && witness.everWritten.has(claim);
    const durable = log.chains[matchIndex] === claim || (matchIndex > 0 && overtaken);
    require(durable, "durable before acknowledged", () =>
      `node ${from} acknowledges ${matchIndex} of term ${term}`);
  }

  /** A follower's commit index is durable there. */
  #commitLeft(id: NodeId, commitIndex: number): void {
    const { log } = diskOf(this.#witnesses.of(id)).onDisk;
    require(log.chains[commitIndex] ===
      this.#registers.commits.chains[commitIndex], "durable before acknowledged", () =>
      `node ${id} tells of commit ${commitIndex}`);
  }
}
