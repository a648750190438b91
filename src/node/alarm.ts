/**
 * The one alarm of an object, as the node in memory knows it. Setting it is a billed write, so it is only ever moved
 * earlier. If it rings too soon, it finds nothing due and is set again. If it is later than `lostAfterMs`, it counts as
 * lost, because the platform gives up on an alarm in the end. Then the next event sets it again.
 */
export class Alarm {
  readonly #set: (at: number) => void;
  readonly #lostAfterMs: number;
  /** When it rings, ms since the epoch; null: it is not set. */
  #at: number | null = null;

  /** `lostAfterMs`: how late it may be before it counts as lost. */
  constructor(set: (at: number) => void, lostAfterMs: number) {
    this.#set = set;
    this.#lostAfterMs = lostAfterMs;
  }

  /** An earlier instance of the object has set it to ring at `at`; null: none has. */
  loaded(at: number | null): void {
    this.#at = at;
  }

  /** It rings now, and is not set any more. */
  rang(): void {
    this.#at = null;
  }

  /** Makes sure that it rings at `at` or before. */
  ensure(at: number, now: number): void {
    const isLost = this.#at !== null && now - this.#at > this.#lostAfterMs;
    if (this.#at !== null && !isLost && this.#at <= at) return;
    // Rounded up: a moment too early, nothing would be due.
    this.#at = Math.ceil(Math.max(at, now));
    this.#set(this.#at);
  }
}
