/** Longer delays count as this, ms. */
const DELAY_MS_MAX = 60_000;

/** The results of all subscribers, in a form that can be sent to another process. */
export interface Report {
  readonly subscribers: number;
  readonly records: number;
  /** Connections that ended and were opened again at the same record. */
  readonly reconnects: number;
  /** Records that were seen twice, out of order, or not at all: the first few, as texts. */
  readonly faults: readonly string[];
  readonly faultCount: number;
  /** Why connections broke: the first few, as texts. */
  readonly breaks: readonly string[];
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const SHOWN_MAX = 10;

/** Checks and counts what many subscribers see. */
export class Tally {
  /** The number of records by delay in whole ms. */
  readonly #delays = new Uint32Array(DELAY_MS_MAX + 1);
  readonly #faults: string[] = [];
  readonly #breaks: string[] = [];
  #faultCount = 0;
  #records = 0;
  #reconnects = 0;
  #maxMs = 0;

  /** A subscriber that wanted the record `wanted` got `seq`, sent at `sentAt` (ms since the epoch). */
  saw(subscriber: string, wanted: number, seq: number, sentAt: number): void {
    if (seq !== wanted) this.fault(`${subscriber} wanted record ${wanted} and got ${seq}`);
    const delayMs = Math.max(0, performance.timeOrigin + performance.now() - sentAt);
    const bucket = Math.min(DELAY_MS_MAX, Math.floor(delayMs));
    this.#delays[bucket] = (this.#delays[bucket] ?? 0) + 1;
    this.#maxMs = Math.max(this.#maxMs, delayMs);
    this.#records += 1;
  }

  fault(what: string): void {
    this.#faultCount += 1;
    if (this.#faults.length < SHOWN_MAX) this.#faults.push(what);
  }

  broke(why: string): void {
    if (this.#breaks.length < SHOWN_MAX) this.#breaks.push(why);
  }

  reconnected(): void {
    this.#reconnects += 1;
  }

  report(subscribers: number): Report {
    return {
      subscribers,
      records: this.#records,
      reconnects: this.#reconnects,
      faults: this.#faults,
      faultCount: this.#faultCount,
      breaks: this.#breaks,
      p50Ms: this.#quantile(0.5),
      p99Ms: this.#quantile(0.99),
      maxMs: this.#maxMs,
    };
  }

  #quantile(q: number): number {
    let left = this.#records * q;
    for (const [ms, count] of this.#delays.entries()) {
      left -= count;
      if (left <= 0) return ms;
    }
    return 0;
  }
}
