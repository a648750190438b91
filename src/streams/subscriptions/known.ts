import { isMatched } from "./links.ts";
import type { Stored } from "./store.ts";
import { dueAt } from "./waking.ts";

/** Streams that may have unchecked records; "all": any stream may. */
export type ChangedLogs = ReadonlySet<string> | "all";

/** With more news than this, any stream may have records. */
const newsMax = 1_000;

/** One subscription in the memory of the deliverer. All but `stored` can be lost without harm. */
export class KnownSubscription {
  /** When the delivery under way is over at the latest, ms since the epoch; null: there is none. */
  deliveringUntil: number | null = null;
  #stored: Stored;
  /** What happened before this object began is not known. */
  #news: ChangedLogs = "all";
  #turn: Promise<unknown> = Promise.resolve();

  constructor(stored: Stored) {
    this.#stored = stored;
  }

  get stored(): Stored {
    return this.#stored;
  }

  /** It was written or read. Older states that arrive late are ignored. */
  learn(stored: Stored): void {
    if (stored.version > this.#stored.version) this.#stored = stored;
  }

  /** Runs `body` after all earlier ones, because concurrent changes would only conflict. */
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

  /** Takes the news, to check them. */
  takeNews(): ChangedLogs {
    const news = this.#news;
    this.#news = new Set();
    return news;
  }

  addNews(news: ChangedLogs): void {
    const merged = mergedNews(this.#news, news);
    this.#news = merged !== "all" && merged.size > newsMax ? "all" : merged;
  }

  /** Whether records of this stream concern the subscription. */
  concerns(path: string): boolean {
    const { configuration, links } = this.#stored.subscription;
    return isMatched(configuration, path) || links.some((link) => link.isExplicit && link.path === path);
  }

  /** When something is due, ms since the epoch; null: nothing is. A delivery under way is not due again. */
  nextAt(): number | null {
    const { subscription } = this.#stored;
    if (this.deliveringUntil === null || subscription.wake === null) return dueAt(subscription, this.hasNews);
    return Math.min(this.deliveringUntil, subscription.wake.lease?.until ?? this.deliveringUntil);
  }
}

export function mergedNews(a: ChangedLogs, b: ChangedLogs): ChangedLogs {
  return a === "all" || b === "all" ? "all" : new Set([...a, ...b]);
}
