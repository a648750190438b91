/**
 * The one alarm of an object, as the node in memory knows it. Setting it is a billed write, so it is only ever
 * moved earlier: one that rings too soon finds nothing due, and is set anew. One that should have rung long ago is
 * lost, as the platform gives up on an alarm in the end: it is set again with the next event.
 */
export class Alarm {
  readonly #set: (at: number) => void;
  readonly #lostAfterMs: number;
  /** When it rings, ms since the epoch; null when it is not set. */
  #at: number | null = null;

  /** `lostAfterMs`: how late it may be before it is taken for lost. */
  constructor(set: (at: number) => void, lostAfterMs: number) {
    this.#set = set;
    this.#lostAfterMs = lostAfterMs;
  }

  /** An earlier life of the object has set it to ring at `at`; null: it has not. */
  loaded(at: number | null): void {
    this.#at = at;
  }

  /** It rings now; nothing is set any more. */
  rang(): void {
    this.#at = null;
  }

  /** Makes sure that it rings at `at` or before. */
  ensure(at: number, now: number): void {
    const isLost = this.#at !== null && now - this.#at > this.#lostAfterMs;
    if (this.#at !== null && !isLost && this.#at <= at) return;
    // Up to a whole millisecond: ringing a moment early would find nothing due.
    this.#at = Math.ceil(Math.max(at, now));
    this.#set(this.#at);
  }
}
