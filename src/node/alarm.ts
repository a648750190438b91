/** How late an alarm may be before it is taken for lost, ms. The platform's maintenance may take a minute. */
const lostAfterMs = 2_000;

/**
 * The one alarm of an object. Setting it is a billed write, so it is only ever moved earlier: one that rings
 * too soon finds nothing due, and is set anew.
 */
export class Alarm {
  readonly #storage: DurableObjectStorage;
  /** When it rings, ms since the epoch; null when it is not set. */
  #at: number | null = null;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** What an earlier life of the object has set. */
  async load(): Promise<void> {
    this.#at = await this.#storage.getAlarm();
  }

  /** It rings now; nothing is set any more. */
  rang(): void {
    this.#at = null;
  }

  /** Makes sure that it rings at `at` or before; one that should have rung long ago is set again. */
  ensure(at: number, now: number): void {
    const isLost = this.#at !== null && now - this.#at > lostAfterMs;
    if (this.#at !== null && !isLost && this.#at <= at) return;
    // Up to a whole millisecond: ringing a moment early would find nothing due.
    this.#at = Math.ceil(Math.max(at, now));
    void this.#storage.setAlarm(this.#at);
  }
}
