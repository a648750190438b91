import type { NodeId } from "../raft/types.ts";

/** When leadership should move to the writers. */
export interface WriterOptions {
  /** Appends are counted in windows of this length, ms. */
  readonly windowMs: number;
  /** For this many windows in a row, one member must have … */
  readonly windows: number;
  /** … more than this share of the appends, at least a half: then no two members can take turns. */
  readonly share: number;
  /** A window with fewer appends does not count. */
  readonly appendsMin: number;
  /** No move before this time, ms, so that leadership does not move back at once. */
  readonly coolDownMs: number;
}

type Counts = Map<NodeId, number>;

/**
 * Counts near which member appends enter, in fixed windows from `now` on. It has no timer: a window ends with
 * the first call after its end.
 */
export class Writers {
  readonly #options: WriterOptions;
  readonly #since: number;
  #windowStart: number;
  #counts: Counts = new Map();
  /** Appends of the window before. */
  #lastCounts: Counts = new Map();
  /** The member that carried the last windows, and how many. */
  #carrier: NodeId | null = null;
  #streak = 0;

  constructor(options: WriterOptions, now: number) {
    this.#options = options;
    this.#since = now;
    this.#windowStart = now;
  }

  /** An append has entered near a member. */
  appended(near: NodeId, now: number): void {
    this.#endWindows(now);
    this.#counts.set(near, (this.#counts.get(near) ?? 0) + 1);
  }

  /** The member near which most appends enter, clearly and steadily; null: none, or it is too early to tell. */
  carrier(now: number): NodeId | null {
    this.#endWindows(now);
    const { windows, coolDownMs } = this.#options;
    return this.#streak >= windows && now - this.#since >= coolDownMs ? this.#carrier : null;
  }

  /** The share of a member in the last whole window's appends, 0 to 1. */
  shareOf(id: NodeId): number {
    return (this.#lastCounts.get(id) ?? 0) / Math.max(1, totalOf(this.#lastCounts));
  }

  #endWindows(now: number): void {
    const { windowMs } = this.#options;
    const passed = Math.floor((now - this.#windowStart) / windowMs);
    if (passed === 0) return;
    this.#endWindow();
    // There were no appends in the windows that ended unnoticed.
    if (passed > 1) this.#endWindow();
    this.#windowStart += passed * windowMs;
  }

  #endWindow(): void {
    const carrier = this.#carrierOf(this.#counts);
    this.#streak = carrier === this.#carrier ? this.#streak + 1 : 1;
    this.#carrier = carrier;
    this.#lastCounts = this.#counts;
    this.#counts = new Map();
  }

  #carrierOf(counts: Counts): NodeId | null {
    const total = totalOf(counts);
    if (total < this.#options.appendsMin) return null;
    return Array.from(counts).find(([, count]) => count > this.#options.share * total)?.[0] ?? null;
  }
}

function totalOf(counts: Counts): number {
  return Array.from(counts.values()).reduce((sum, count) => sum + count, 0);
}
