import type { LogId } from "../log/types.ts";
import type { Index, Term } from "../raft/types.ts";

/**
 * A request waits for an entry to be committed. `settle` learns whether the entry is still that of `term`; null: that
 * is not known any more.
 */
interface EntryWait {
  readonly index: Index;
  readonly term: Term;
  readonly settle: (isCommitted: boolean | null) => void;
}

/** A request waits until this index is committed. */
interface CommitWait {
  readonly index: Index;
  readonly run: () => void;
}

/** A request waits for a log to change. */
interface TailWait {
  readonly log: LogId;
  readonly run: () => void;
}

/** A read that waits for a majority; `index` is null if this node stopped leading before. */
type ReadWait = (index: Index | null) => void;

/** All that waits inside one node. Kept in memory, and lost with it. */
export class Waiting {
  readonly #entries = new Set<EntryWait>();
  readonly #commits = new Set<CommitWait>();
  readonly #tails = new Set<TailWait>();
  readonly #reads = new Map<number, ReadWait>();

  forEntry(wait: EntryWait): () => void {
    return join(this.#entries, wait);
  }

  forCommit(wait: CommitWait): () => void {
    return join(this.#commits, wait);
  }

  forTail(wait: TailWait): () => void {
    return join(this.#tails, wait);
  }

  forRead(context: number, wait: ReadWait): void {
    this.#reads.set(context, wait);
  }

  /** Reads that no majority has confirmed. Their requests may be over. */
  get unconfirmed(): number {
    return this.#reads.size;
  }

  get hasTails(): boolean {
    return this.#tails.size > 0;
  }

  confirmRead(context: number, index: Index): void {
    const wait = this.#reads.get(context);
    this.#reads.delete(context);
    wait?.(index);
  }

  /** This node does not lead any more, so its reads can't be confirmed. */
  loseReads(): void {
    const waits = [...this.#reads.values()];
    this.#reads.clear();
    for (const wait of waits) wait(null);
  }

  /** `isOfTerm` says whether the committed entry at an index is that of a term. */
  committed(commitIndex: Index, isOfTerm: (index: Index, term: Term) => boolean | null): void {
    for (const wait of leave(this.#entries, ({ index }) => index <= commitIndex)) {
      wait.settle(isOfTerm(wait.index, wait.term));
    }
    for (const wait of leave(this.#commits, ({ index }) => index <= commitIndex)) wait.run();
  }

  allChanged(): void {
    for (const wait of leave(this.#tails, () => true)) wait.run();
  }

  changed(logs: readonly LogId[]): void {
    for (const wait of leave(this.#tails, ({ log }) => logs.includes(log))) wait.run();
  }
}

function join<T>(waits: Set<T>, wait: T): () => void {
  waits.add(wait);
  return () => waits.delete(wait);
}

/** Removes the waits that are over, before any of them can wait again. */
function leave<T>(waits: Set<T>, isOver: (wait: T) => boolean): readonly T[] {
  const over = [...waits].filter(isOver);
  for (const wait of over) waits.delete(wait);
  return over;
}
