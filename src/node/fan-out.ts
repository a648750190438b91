import type { LogId } from "../log/types.ts";
import { type Index, toIndex } from "../raft/types.ts";
import { isEnd } from "../transport/page.ts";
import type { QueryResult } from "../transport/protocol.ts";
import type { Host } from "./host.ts";
import type { Replica } from "./replica.ts";
import type { Subscriber, TailEnd } from "./subscriber.ts";

/** How those who follow logs are served. */
export interface FanOutOptions {
  /** What one of them is sent at once, at most: records, and bytes where that is more than one batch. */
  readonly pageRecords: number;
  readonly pageBytes: number;
  /** A round is over once it has sent so many bytes, or a page more: till then nothing of it leaves the memory. */
  readonly roundBytes: number;
  /** Pages that leave the node in the mean, at most: the more who follow, the more records gather for a page. */
  readonly sendsPerSecond: number;
  /** Who has given no credit for so long, though there was something to send, is dropped, ms. */
  readonly stallMs: number;
}

/** What a round has sent so far. */
interface Sent {
  pages: number;
  bytes: number;
}

/**
 * All who follow logs at one node. They are served in rounds: each of those that are due gets one page, read once
 * for all who are at the same place; who finds no room is the first in the next round. That waits until what the last
 * one sent can have left. While nothing comes nothing is pending: an idle object may lose its memory, and its
 * subscribers join again.
 */
export class FanOut {
  readonly #replica: () => Replica | null;
  readonly #host: Pick<Host, "now" | "after">;
  readonly #options: FanOutOptions;
  readonly #byLog = new Map<LogId, Set<Subscriber>>();
  /** Who may have something to get. */
  readonly #due = new Set<Subscriber>();
  /** Who knows of more than this node does. */
  readonly #ahead = new Set<Subscriber>();
  /** The readable index that they have been told of. */
  #toldIndex: Index = toIndex(0);
  #roundAt = 0;
  #pauseMs = 0;
  #isWaiting = false;

  constructor(replica: () => Replica | null, host: Pick<Host, "now" | "after">, options: FanOutOptions) {
    this.#replica = replica;
    this.#host = host;
    this.#options = options;
  }

  /** It is served from the next `settled` on. */
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

  /** `bytes` more may be sent to it, from the next `settled` on. */
  grant(subscriber: Subscriber, bytes: number): void {
    const { position } = subscriber;
    subscriber.move({ ...position, credit: position.credit + bytes, stalledAt: null });
    this.#due.add(subscriber);
  }

  /** Something has happened at this node: maybe more is committed. To be called after every event. */
  settled(): void {
    const replica = this.#replica();
    const index = replica?.readableIndex ?? null;
    if (replica === null || index === null) return;
    if (this.#byLog.size > 0 && index !== this.#toldIndex)
      this.#wake(replica.changed(this.#toldIndex, index));
    this.#toldIndex = index;
    this.#goOn();
  }

  /** Those are due whose log has changed (null: any may have), and who waited for this node to know of it. */
  #wake(changed: readonly LogId[] | null): void {
    for (const log of changed ?? this.#byLog.keys()) {
      for (const subscriber of this.#byLog.get(log) ?? []) this.#due.add(subscriber);
    }
    for (const subscriber of this.#ahead) this.#due.add(subscriber);
    this.#ahead.clear();
  }

  /** The next round, now or as soon as the pause is over. */
  #goOn(): void {
    const replica = this.#replica();
    const index = replica?.readableIndex ?? null;
    if (replica === null || index === null || this.#due.size === 0 || this.#isWaiting) return;
    // At most the whole pause, once, though the clock may have been set back.
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

  /** Who gets more in the next round is due behind those who got nothing in this one. */
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

  /** Who may not is due no more. */
  #mayRead(subscriber: Subscriber, replica: Replica, index: Index): boolean {
    const { position } = subscriber;
    const isAhead = position.minIndex > index;
    if (!isAhead && position.credit > 0) return true;
    this.#due.delete(subscriber);
    if (isAhead) this.#ahead.add(subscriber);
    else if (position.stalledAt !== null || replica.hasNews(position, index)) this.#stall(subscriber);
    return false;
  }

  /** Whether it has waited too long is looked at only when there is news for it: no timer keeps the object awake. */
  #stall(subscriber: Subscriber): void {
    const { position } = subscriber;
    const now = this.#host.now();
    if (position.stalledAt === null) subscriber.move({ ...position, stalledAt: now });
    else if (now - position.stalledAt >= this.#options.stallMs) this.#end(subscriber, { kind: "dropped" });
  }

  /** One page for all who are at the same place, as long as the round has room. */
  #serve(together: readonly Subscriber[], replica: Replica, index: Index, sent: Sent): void {
    const [first] = together;
    if (first === undefined) return;
    const { name, next: seq } = first.position;
    const { pageRecords: recordsMax, pageBytes: bytesMax } = this.#options;
    const from = { at: "seq", seq } as const;
    const result = replica.page({ name, from, until: null, recordsMax, bytesMax }, index);
    for (const subscriber of together) {
      if (sent.bytes >= this.#options.roundBytes) return;
      // It may have left meanwhile, with another one whose connection was ended.
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
    // It may have left just now, and others with it: its connection is lost, or was ended.
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

/** Why the subscriber can get no more records; null: it can. */
function endBefore({ position }: Subscriber, result: QueryResult | null): TailEnd | null {
  if (result === null) return { kind: "unreadable" };
  if (result.kind !== "page" || result.log !== position.log) return { kind: "deleted" };
  return result.earliest > position.next ? { kind: "trimmed", earliest: result.earliest } : null;
}
