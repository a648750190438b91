import type { LogId } from "../log/types.ts";
import { type Index, toIndex } from "../raft/types.ts";
import { isEnd } from "../transport/page.ts";
import type { QueryResult } from "../transport/protocol.ts";
import type { Host } from "./host.ts";
import type { Replica } from "./replica.ts";
import type { Subscriber, TailEnd } from "./subscriber.ts";

/** How subscribers are served. */
export interface FanOutOptions {
  /** The limits of one page, in records and bytes. It holds at least one batch, even a larger one. */
  readonly pageRecords: number;
  readonly pageBytes: number;
  /**
   * A round ends once it has sent this many bytes, or up to a page more. Until then nothing of it leaves the memory.
   */
  readonly roundBytes: number;
  /** Pages that leave the node a second, on average, at most. With more subscribers, more records gather for a page. */
  readonly sendsPerSecond: number;
  /** A subscriber that has given no credit for this long, while there was something to send, is dropped, ms. */
  readonly stallMs: number;
}

/** The pages and bytes that a round has sent so far. */
interface Sent {
  pages: number;
  bytes: number;
}

/**
 * All subscribers of logs at one node. They are served in rounds: each subscriber that is due gets one page, which is
 * read once for all at the same place. If a round has no room, the rest come first in the next round, which waits until
 * the pages of the last one can have left. Without new records nothing is pending, so an idle object may lose its
 * memory; then its subscribers join again.
 */
export class FanOut {
  readonly #replica: () => Replica | null;
  readonly #host: Pick<Host, "now" | "after">;
  readonly #options: FanOutOptions;
  readonly #byLog = new Map<LogId, Set<Subscriber>>();
  /** Subscribers that may have something to get. */
  readonly #due = new Set<Subscriber>();
  /** Subscribers that wait for a later index than this node has. */
  readonly #ahead = new Set<Subscriber>();
  /** The readable index up to which they were notified. */
  #toldIndex: Index = toIndex(0);
  #roundAt = 0;
  #pauseMs = 0;
  #isWaiting = false;

  constructor(replica: () => Replica | null, host: Pick<Host, "now" | "after">, options: FanOutOptions) {
    this.#replica = replica;
    this.#host = host;
    this.#options = options;
  }

  /** Adds a subscriber. It is served from the next `settled` on. */
  join(subscriber: Subscriber): void {
    const { log } = subscriber.position;
    const others = this.#byLog.get(log) ?? new Set();
    this.#byLog.set(log, others.add(subscriber));
    this.#due.add(subscriber);
  }

  leave(subscriber: Subscriber): void {
    const { log } = subscriber.position;
    const others = this.#byLog.get(log);
    others?.delete(subscriber);
    if (others?.size === 0) this.#byLog.delete(log);
    this.#due.delete(subscriber);
    this.#ahead.delete(subscriber);
  }

  /** Gives `bytes` of credit, used from the next `settled` on. */
  grant(subscriber: Subscriber, bytes: number): void {
    const { position } = subscriber;
    subscriber.move({ ...position, credit: position.credit + bytes, stalledAt: null });
    this.#due.add(subscriber);
  }

  /** To be called after every event at this node: more may be committed. */
  settled(): void {
    const replica = this.#replica();
    const index = replica?.readableIndex ?? null;
    if (replica === null || index === null) return;
    if (this.#byLog.size > 0 && index !== this.#toldIndex)
      this.#wake(replica.changed(this.#toldIndex, index));
    this.#toldIndex = index;
    this.#goOn();
  }

  /**
   * Makes the subscribers of changed logs due (null: any log may have changed), and those that waited for a later
   * index.
   */
  #wake(changed: readonly LogId[] | null): void {
    for (const log of changed ?? this.#byLog.keys()) {
      for (const subscriber of this.#byLog.get(log) ?? []) this.#due.add(subscriber);
    }
    for (const subscriber of this.#ahead) this.#due.add(subscriber);
    this.#ahead.clear();
  }

  /** Runs the next round, now or when the pause is over. */
  #goOn(): void {
    const replica = this.#replica();
    const index = replica?.readableIndex ?? null;
    if (replica === null || index === null || this.#due.size === 0 || this.#isWaiting) return;
    // Never longer than the pause, even if the clock was set back.
    const waitMs = this.#pauseMs - Math.max(0, this.#host.now() - this.#roundAt);
    if (waitMs <= 0) this.#round(replica, index);
    else this.#wait(waitMs);
  }

  #wait(ms: number): void {
    this.#isWaiting = true;
    this.#host.after(Math.ceil(ms), () => {
      this.#isWaiting = false;
      this.#pauseMs = 0;
      this.#goOn();
    });
  }

  /** Subscribers that need another page are due after those that got none in this round. */
  #round(replica: Replica, index: Index): void {
    const ready = [...this.#due].filter((subscriber) => this.#mayRead(subscriber, replica, index));
    const sent: Sent = { pages: 0, bytes: 0 };
    for (const together of Map.groupBy(ready, placeOf).values()) {
      if (sent.bytes >= this.#options.roundBytes) break;
      this.#serve(together, replica, index, sent);
    }
    this.#roundAt = this.#host.now();
    this.#pauseMs = (sent.pages / this.#options.sendsPerSecond) * 1_000;
    this.#goOn();
  }

  /** Whether it may be sent a page now. If not, it is not due any more. */
  #mayRead(subscriber: Subscriber, replica: Replica, index: Index): boolean {
    const { position } = subscriber;
    const isAhead = position.minIndex > index;
    if (!isAhead && position.credit > 0) return true;
    this.#due.delete(subscriber);
    if (isAhead) this.#ahead.add(subscriber);
    else if (position.stalledAt !== null || replica.hasNews(position, index)) this.#stall(subscriber);
    return false;
  }

  /**
   * The time without credit is checked only when there is news for the subscriber, so no timer keeps the object awake.
   */
  #stall(subscriber: Subscriber): void {
    const { position } = subscriber;
    const now = this.#host.now();
    if (position.stalledAt === null) subscriber.move({ ...position, stalledAt: now });
    else if (now - position.stalledAt >= this.#options.stallMs) this.#end(subscriber, { kind: "dropped" });
  }

  /** Sends one page to all subscribers at the same place, as long as the round has room. */
  #serve(together: readonly Subscriber[], replica: Replica, index: Index, sent: Sent): void {
    const [first] = together;
    if (first === undefined) return;
    const { name, next: seq } = first.position;
    const { pageRecords: recordsMax, pageBytes: bytesMax } = this.#options;
    const from = { at: "seq", seq } as const;
    const result = replica.page({ name, from, until: null, recordsMax, bytesMax }, index);
    for (const subscriber of together) {
      if (sent.bytes >= this.#options.roundBytes) return;
      // It may have left meanwhile, together with another one whose connection was ended.
      if (this.#due.delete(subscriber)) this.#give(subscriber, result, sent);
    }
  }

  #give(subscriber: Subscriber, result: QueryResult | null, sent: Sent): void {
    const { position } = subscriber;
    const why = endBefore(subscriber, result);
    if (why !== null || result?.kind !== "page") {
      this.#end(subscriber, why ?? { kind: "deleted" });
      return;
    }
    const hasRecords = result.next > position.next;
    if (hasRecords) {
      const bytes = subscriber.send(result);
      sent.pages += 1;
      sent.bytes += bytes;
      subscriber.move({ ...position, credit: position.credit - bytes, next: result.next, stalledAt: null });
    }
    // It may have left just now, and others with it, if its connection was lost or ended.
    if (!this.#isHere(subscriber)) return;
    if (isEnd(result)) this.#end(subscriber, { kind: "closed" });
    else if (hasRecords && !result.complete) this.#due.add(subscriber);
  }

  #isHere(subscriber: Subscriber): boolean {
    return this.#byLog.get(subscriber.position.log)?.has(subscriber) === true;
  }

  #end(subscriber: Subscriber, why: TailEnd): void {
    this.leave(subscriber);
    subscriber.end(why);
  }
}

const placeOf = ({ position: { log, next } }: Subscriber): string => `${log}:${next}`;

/** Why the subscriber can't get more records; null: it can. */
function endBefore({ position }: Subscriber, result: QueryResult | null): TailEnd | null {
  if (result === null) return { kind: "unreadable" };
  if (result.kind !== "page" || result.log !== position.log) return { kind: "deleted" };
  return result.earliest > position.next ? { kind: "trimmed", earliest: result.earliest } : null;
}
