/** Time for consensus. It follows the wall clock, but does not go back if that is set back. */
export class Clock {
  readonly #wallNow: () => number;
  #lastWall: number;
  #elapsed = 0;

  constructor(wallNow: () => number) {
    this.#wallNow = wallNow;
    this.#lastWall = wallNow();
  }

  /** Milliseconds since this clock began. Never goes back. */
  now(): number {
    const wall = this.#wallNow();
    this.#elapsed += Math.max(0, wall - this.#lastWall);
    this.#lastWall = wall;
    return this.#elapsed;
  }

  /** The wall clock's reading at `time` of this clock, ms since the epoch. */
  toWall(time: number): number {
    return this.#lastWall + (time - this.#elapsed);
  }
}
