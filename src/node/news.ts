import { SUBSCRIPTION_PREFIX, SUBSCRIPTIONS_LOG } from "../log/reserved.ts";
import type { Raft } from "../raft/raft.ts";
import type { Index } from "../raft/types.ts";
import type { Host } from "./host.ts";

/** After nobody could be told, ms. */
const againMs = 1_000;

/** A telling that has no answer by then was lost, with the life of the object that began it, ms. */
const lostAfterMs = 10_000;

/** More logs than this are as good as all. */
const namesMax = 1_000;

/**
 * Lets a leader tell, after the fact, which logs have changed, to whoever delivers for the subscriptions of its cluster:
 * again and again until it is heard, and one telling at a time. What a leader was about to tell when it was lost, its
 * successor tells: it begins with the news that any log may have changed. A cluster without subscriptions tells nothing,
 * and looks for them only when its leader is new, or a document was written.
 */
export class News {
  readonly #raft: Raft;
  readonly #host: Host;
  /** All up to here was heard, by whom it concerns; null: this node has told nothing yet in its term. */
  #heard: Index | null = null;
  /** In which it leads; 0: it does not. */
  #term = 0;
  /** Whether there are subscriptions; null: not known yet. */
  #isWatched: boolean | null = null;
  /** Once this much is committed, it is to be looked up whether there are. */
  #lookIndex: Index | null = null;
  #isTelling = false;
  /** When to tell again, or to look whether what is being told was lost, ms since the epoch. */
  #againAt: number | null = null;

  constructor(raft: Raft, host: Host) {
    this.#raft = raft;
    this.#host = host;
  }

  /** When `review` is to be called at the latest, ms since the epoch; null where nothing waits. */
  get reviewAt(): number | null {
    return this.#term === 0 ? null : this.#againAt;
  }

  /** A document is in the log at `index`, to be committed: it may be the first subscription, or the last may be gone. */
  documented(index: Index): void {
    this.#lookIndex = index;
  }

  /** After each group. */
  review(): void {
    const { role, currentTerm } = this.#raft.state;
    if (role.name !== "leader") this.#term = 0;
    else this.#lead(currentTerm);
  }

  #lead(term: number): void {
    const { commitIndex, lastIndex } = this.#raft.state;
    if (term !== this.#term) this.#begin(term, lastIndex);
    if (commitIndex === this.#heard || this.#isTelling || this.#isTooSoon()) return;
    this.#lookForWatchers(commitIndex);
    if (this.#isWatched === true) this.#tell(commitIndex);
    else if (this.#isWatched === false) this.#done(commitIndex);
  }

  /** How much of what is in its log is committed, a new leader learns only with an entry of its own. */
  #begin(term: number, lastIndex: Index): void {
    this.#term = term;
    this.#heard = null;
    this.#isWatched = null;
    this.#lookIndex = lastIndex;
    this.#againAt = null;
  }

  #isTooSoon(): boolean {
    return this.#againAt !== null && this.#host.now() < this.#againAt;
  }

  /** What is found before all is committed that matters is true if it is that there are some. */
  #lookForWatchers(commitIndex: Index): void {
    if (this.#lookIndex === null) return;
    const { storage } = this.#host;
    const life = storage.view(commitIndex).life(SUBSCRIPTIONS_LOG);
    const range = { prefix: SUBSCRIPTION_PREFIX, after: null, limit: 1, upTo: commitIndex };
    const isThere = life !== null && storage.documents({ ...range, log: life.id }).length > 0;
    const isFinal = commitIndex >= this.#lookIndex;
    if (isThere || isFinal) this.#isWatched = isThere;
    if (isFinal) this.#lookIndex = null;
  }

  #tell(commitIndex: Index): void {
    const names = this.#heard === null ? null : this.#namesAfter(this.#heard, commitIndex);
    if (names?.length === 0) {
      this.#done(commitIndex);
      return;
    }
    const term = this.#term;
    this.#isTelling = true;
    this.#againAt = this.#host.now() + lostAfterMs;
    this.#host.tell(names, (isHeard) => {
      this.#isTelling = false;
      // Another term begins with everything anew.
      if (term === this.#term) this.#told(commitIndex, isHeard);
      this.review();
    });
  }

  #told(commitIndex: Index, isHeard: boolean): void {
    if (isHeard) {
      this.#done(commitIndex);
      return;
    }
    this.#againAt = this.#host.now() + againMs;
    this.#host.wakeAt(this.#againAt);
  }

  /** Nobody is to hear any more of what happened up to here. */
  #done(commitIndex: Index): void {
    this.#heard = commitIndex;
    this.#againAt = null;
  }

  /** The logs of applications that these entries changed; null: they are many. */
  #namesAfter(heard: Index, commitIndex: Index): readonly string[] | null {
    const logs = this.#host.storage.touched(heard, commitIndex);
    if (logs.length > namesMax) return null;
    const view = this.#host.storage.view(commitIndex);
    const names = new Set(logs.flatMap((log) => view.lifeOf(log)?.name ?? []));
    return [...names].filter((name) => !name.startsWith("_"));
  }
}
