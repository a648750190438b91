import { membersOf } from "../../../src/raft/configuration.ts";
import type { AppendEntries, AppendEntriesAccepted } from "../../../src/raft/messages.ts";
import type { NodeId, QuiesceMark, Term } from "../../../src/raft/types.ts";
import type { Status } from "../../../src/transport/status.ts";
import { entryKey } from "./entries.ts";
import { require } from "./finding.ts";

/** Judges which nodes sleep, and which leaders resume their term afterwards. */
export class QuiesceRegister {
  /** The mark that each node has written. */
  readonly #marks = new Map<NodeId, QuiesceMark>();
  /** For (term, node): the latest round that it answered as asleep. */
  readonly #answers = new Map<number, number>();
  /** The (term, node) for which the node's disk ever held a mark. */
  readonly #slept = new Set<number>();
  /** By term, the latest read round that its leader sent. */
  readonly #rounds = new Map<Term, number>();

  /** A node starts anew, with this mark on its disk. */
  restarted(id: NodeId, mark: QuiesceMark | null): void {
    this.#note(id, mark);
  }

  /** A node has this status, and has written this mark. True if the whole cluster now sleeps. */
  stepped(id: NodeId, status: Status, mark: QuiesceMark | null): boolean {
    const { asleep, role, commitIndex, lastIndex, currentTerm, configuration } = status;
    require(asleep === (mark !== null), "marked sleep", () =>
      `node ${id} is ${asleep ? "asleep without a mark" : "awake with one"}`);
    const before = this.#marks.get(id);
    this.#note(id, mark);
    if (mark === null || mark === before) return false;
    const isOfNow = mark.term === currentTerm && mark.index === lastIndex;
    require(isOfNow && commitIndex === lastIndex, "sleep on what is committed", () =>
      `node ${id} sleeps with commit ${commitIndex} of ${lastIndex}`);
    if (role === "leader") this.#requireAllAsleep(mark, membersOf(configuration));
    return role === "leader";
  }

  #note(id: NodeId, mark: QuiesceMark | null): void {
    if (mark === null) this.#marks.delete(id);
    else this.#marks.set(id, mark);
  }

  /** A leader sleeps last. */
  #requireAllAsleep({ term, leader, round }: QuiesceMark, members: readonly NodeId[]): void {
    for (const id of members) {
      const answered = this.#answers.get(entryKey(term, id)) ?? -1;
      require(id === leader || answered >= round, "a leader sleeps last", () =>
        `leader ${leader} sleeps, and node ${id} never said that it does`);
    }
  }

  /** A node leads a term that it led before it was restarted; `mark` was on its disk then. */
  resumed(id: NodeId, { currentTerm, lastIndex }: Status, mark: QuiesceMark | null): void {
    const isValid = mark?.term === currentTerm && mark.leader === id && mark.index <= lastIndex;
    require(isValid, "leadership resumed by a mark", () => `node ${id} leads ${currentTerm} once more`);
  }

  /** A node was elected in a later term: did the leader of an earlier term sleep meanwhile? */
  isReplaced(term: Term, by: NodeId): boolean {
    return [...this.#marks].some(([id, mark]) => id !== by && mark.leader === id && mark.term < term);
  }

  appendLeft({ from, term, round }: AppendEntries, onDisk: QuiesceMark | null): void {
    require(onDisk === null, "awake before sent", () => `leader ${from} sends, and its disk says it sleeps`);
    require(round >= (this.#rounds.get(term) ?? 0), "unique rounds", () =>
      `leader ${from} of term ${term} sends round ${round} after ${this.#rounds.get(term)}`);
    this.#rounds.set(term, round);
  }

  /** A node's mark has reached its disk. */
  durable(id: NodeId, { term }: QuiesceMark): void {
    this.#slept.add(entryKey(term, id));
  }

  /** The node may be awake again when this leaves: its answer is about its own round, and no later one. */
  acceptedLeft({ from, term, round, quiesced }: AppendEntriesAccepted): void {
    if (!quiesced) return;
    const key = entryKey(term, from);
    require(this.#slept.has(key), "asleep before said", () =>
      `node ${from} says it sleeps, and its disk never did in term ${term}`);
    this.#answers.set(key, Math.max(round, this.#answers.get(key) ?? 0));
  }
}
