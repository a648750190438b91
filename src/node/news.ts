import { SUBSCRIPTION_PREFIX, SUBSCRIPTIONS_LOG } from "../log/reserved.ts";
import type { Raft } from "../raft/raft.ts";
import type { Index } from "../raft/types.ts";
import type { Host } from "./host.ts";

/** Delay before another try, if the deliverer could not be told, ms. */
const againMs = 1_000;

/** After this time without an answer, a notification counts as lost, ms. */
const lostAfterMs = 10_000;

/** If more logs than this changed, any may have. */
const namesMax = 1_000;

/**
 * A leader tells the deliverer of its cluster's subscriptions which logs have changed, after they are committed: one
 * notification at a time, repeated until it is heard. A new leader begins with the news that any log may have changed,
 * in case its predecessor was lost before it told. A cluster without subscriptions tells nothing. It looks for
 * subscriptions only if its leader is new or a document was written.
 */
export class News {
  readonly #raft: Raft;
  readonly #host: Host;
  /** The deliverer has heard of all up to here; null: this node has told nothing yet in its term. */
  #heard: Index | null = null;
  /** The term in which it leads; 0: it does not lead. */
  #term = 0;
  /** Whether there are subscriptions; null: not known yet. */
  #isWatched: boolean | null = null;
  /** Once this index is committed, look whether there are subscriptions. */
  #lookIndex: Index | null = null;
  #isTelling = false;
  /** When to tell again, or to check whether the last notification was lost, ms since the epoch. */
  #againAt: number | null = null;

  constructor(raft: Raft, host: Host) {
    this.#raft = raft;
    this.#host = host;
  }

  /** When `review` must be called at the latest, ms since the epoch; null: nothing waits. */
  get reviewAt(): number | null {
    return this.#term === 0 ? null : this.#againAt;
  }

  /** A document was appended at `index`: once committed, it may be the first subscription, or remove the last. */
  documented(index: Index): void {
    this.#lookIndex = index;
  }

  /** Called after each group. */
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

  /** A new leader learns only with an entry of its own how much of its log is committed. */
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

  /** Before all relevant entries are committed, only a positive result is reliable. */
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
      // A new term begins from scratch.
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

  /** Nothing up to here needs to be told. */
  #done(commitIndex: Index): void {
    this.#heard = commitIndex;
    this.#againAt = null;
  }

  /** The logs, without internal ones, that these entries changed; null: too many. */
  #namesAfter(heard: Index, commitIndex: Index): readonly string[] | null {
    const logs = this.#host.storage.touched(heard, commitIndex);
    if (logs.length > namesMax) return null;
    const view = this.#host.storage.view(commitIndex);
    const names = new Set(logs.flatMap((log) => view.lifeOf(log)?.name ?? []));
    return [...names].filter((name) => !name.startsWith("_"));
  }
}
