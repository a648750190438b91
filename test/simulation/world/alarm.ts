import type { Timer } from "./scheduler.ts";
import type { WallClock } from "./wall-clock.ts";
import type { World } from "./world.ts";

/** Alarms that are due at once still take a moment, as they do on the platform. */
const alarmMsMin = 0.1;

/** The one alarm of an object, as the platform keeps it. It outlives a crash. It may ring late, twice, or never. */
export class Alarm {
  readonly #world: World;
  readonly #clock: WallClock;
  readonly #ring: () => void;
  #set: { readonly timer: Timer; readonly at: number } | null = null;
  /** While the object is down, nothing rings before this. */
  #notBefore = 0;

  constructor(world: World, clock: WallClock, ring: () => void) {
    this.#world = world;
    this.#clock = clock;
    this.#ring = ring;
  }

  /** When it will ring, by the wall clock; null: it is not set. */
  get at(): number | null {
    return this.#set?.at ?? null;
  }

  /** Sets it anew: it rings when the wall clock shows `at`. */
  set(at: number): void {
    this.#arm(Math.max(alarmMsMin, this.#clock.until(at) + this.#error()), at);
  }

  /** An alarm that was being handled may be tried again. An alarm that has not rung yet survives. */
  crash(downMs: number): void {
    this.#notBefore = this.#world.scheduler.now + downMs;
    if (this.#set === null && this.#world.random.chance(0.5)) this.#arm(downMs, 0);
  }

  /** If it is set, it rings soon. A lost alarm stays lost. */
  heal(): void {
    this.#notBefore = 0;
    if (this.#set !== null) this.#arm(this.#world.random.float(), this.#set.at);
  }

  #arm(ms: number, at: number): void {
    this.#set?.timer.cancel();
    this.#set = { timer: this.#world.scheduler.after(ms, () => this.#due()), at };
  }

  #due(): void {
    const { random, plan, scheduler, healed, marks } = this.#world;
    this.#set = null;
    if (scheduler.now < this.#notBefore) {
      this.#arm(this.#notBefore - scheduler.now + alarmMsMin, 0);
      return;
    }
    if (!healed && random.chance(plan.clock.alarmMissing)) {
      marks.count("fault: alarm missing");
      return;
    }
    if (!healed && random.chance(plan.clock.alarmDoubled)) {
      marks.count("fault: alarm doubled");
      scheduler.after(random.float() * plan.clock.alarmLateMsMax, this.#ring);
    }
    this.#ring();
  }

  #error(): number {
    const { random, plan, healed, marks } = this.#world;
    const { alarmLate, alarmLateMsMax, alarmEarly } = plan.clock;
    if (healed) return 0;
    if (random.chance(alarmLate)) {
      marks.count("fault: alarm late");
      return random.float() * alarmLateMsMax;
    }
    if (!random.chance(alarmEarly)) return 0;
    marks.count("fault: alarm early");
    return -random.float() * alarmLateMsMax;
  }
}
