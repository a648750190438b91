import { isMatched } from "./links.ts";
import type { Stored } from "./store.ts";
import { dueAt } from "./waking.ts";

/** Streams that may have records which nobody has looked at; "all": any stream may. */
export type ChangedLogs = ReadonlySet<string> | "all";

/** More news than this are news of everything. */
const newsMax = 1_000;

/** One subscription, as the object that delivers for it has it in memory: all but `stored` may be forgotten. */
export class KnownSubscription {
  /** When the delivery that is under way is over at the latest, ms since the epoch; null: none is. */
  deliveringUntil: number | null = null;
  #stored: Stored;
  /** Nobody knows what happened before this object began. */
  #news: ChangedLogs = "all";
  #turn: Promise<unknown> = Promise.resolve();

  constructor(stored: Stored) {
    this.#stored = stored;
  }

  get stored(): Stored {
    return this.#stored;
  }

  /** It was written, or read: answers that come late tell nothing new. */
  learn(stored: Stored): void {
    if (stored.version > this.#stored.version) this.#stored = stored;
  }

  /** Runs `body` after all that was begun before: changes at once would only get into each other's way. */
  inTurn<T>(body: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(body);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  get id(): string {
    return this.#stored.subscription.id;
  }

  get news(): ChangedLogs {
    return this.#news;
  }

  get hasNews(): boolean {
    return this.#news === "all" || this.#news.size > 0;
  }

  /** What nobody has looked at, to be looked at. */
  takeNews(): ChangedLogs {
    const news = this.#news;
    this.#news = new Set();
    return news;
  }

  addNews(news: ChangedLogs): void {
    const merged = mergedNews(this.#news, news);
    this.#news = merged !== "all" && merged.size > newsMax ? "all" : merged;
  }

  /** Whether records of this stream are any of its business. */
  concerns(path: string): boolean {
    const { configuration, links } = this.#stored.subscription;
    return isMatched(configuration, path) || links.some((link) => link.isExplicit && link.path === path);
  }

  /** When something is due, ms since the epoch; null where nothing is. A delivery that is under way is not due again. */
  nextAt(): number | null {
    const { subscription } = this.#stored;
    if (this.deliveringUntil === null || subscription.wake === null) return dueAt(subscription, this.hasNews);
    return Math.min(this.deliveringUntil, subscription.wake.lease?.until ?? this.deliveringUntil);
  }
}

export function mergedNews(a: ChangedLogs, b: ChangedLogs): ChangedLogs {
  return a === "all" || b === "all" ? "all" : new Set([...a, ...b]);
}
