import type { World } from "./world.ts";

/** The wall clock of every node begins near this. */
const epochMs = 1_700_000_000_000;

/** The precision of arithmetic on such large numbers. */
const roundingMs = 0.001;

/** A node's wall clock: wrong from the start, too fast or too slow, and at times set forward or back. */
export class WallClock {
  readonly #world: World;
  #rate: number;
  #offsetMs: number;

  constructor(world: World) {
    const { drift, jumpMsMax } = world.plan.clock;
    this.#world = world;
    this.#rate = 1 + drift * (2 * world.random.float() - 1);
    this.#offsetMs = epochMs + world.random.float() * jumpMsMax;
  }

  now(): number {
    return Math.floor(this.#exact());
  }

  /** Virtual milliseconds until this clock, which shows whole milliseconds, shows `at` or more. */
  until(at: number): number {
    return Math.max(0, (Math.ceil(at) + roundingMs - this.#exact()) / this.#rate);
  }

  jump(ms: number): void {
    this.#offsetMs += ms;
  }

  /** From now on it is right. */
  heal(): void {
    const shown = this.#exact();
    this.#rate = 1;
    this.#offsetMs = shown - this.#world.scheduler.now;
  }

  #exact(): number {
    return this.#offsetMs + this.#rate * this.#world.scheduler.now;
  }
}
