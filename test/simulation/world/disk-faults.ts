import type { Fault } from "./disk.ts";
import type { World } from "./world.ts";

/** Which of a machine's writes fail, and how. */
export class DiskFaults {
  readonly #world: World;
  #fullUntil = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Every write fails for this long. */
  fill(ms: number): void {
    this.#fullUntil = this.#world.scheduler.now + ms;
  }

  heal(): void {
    this.#fullUntil = 0;
  }

  draw(): Fault {
    const { random, plan, healed, marks, scheduler } = this.#world;
    if (scheduler.now < this.#fullUntil) {
      marks.count("reached: a write met a full disk");
      return "before";
    }
    if (healed || !random.chance(plan.disk.exception)) return "none";
    const fault = random.pick(["before", "after"] as const);
    marks.count(`fault: storage exception ${fault} the write`);
    return fault;
  }
}
