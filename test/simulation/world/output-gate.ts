import type { Disk } from "./disk.ts";
import type { Timer } from "./scheduler.ts";
import type { World } from "./world.ts";

interface Held {
  /** It leaves once this unit is on disk. */
  readonly unit: number;
  readonly effect: () => void;
}

/**
 * The platform's output gate, over a slow disk: what leaves a node waits, in order, for the writes before it, and
 * for no others.
 */
export class OutputGate {
  readonly #disk: Disk;
  readonly #world: World;
  readonly #runStep: (done: () => void) => void;
  #held: Held[] = [];
  #syncs: Held[] = [];
  #flush: Timer | null = null;

  constructor(disk: Disk, world: World, runStep: (done: () => void) => void) {
    this.#disk = disk;
    this.#world = world;
    this.#runStep = runStep;
  }

  leave(effect: () => void): void {
    this.#held.push({ unit: this.#disk.unit, effect });
  }

  sync(done: () => void): void {
    this.#syncs.push({ unit: this.#disk.unit, effect: done });
  }

  /** The step is over: releases what waits for no write, and sends the writes to the disk. */
  open(): void {
    this.#release();
    const isIdle = this.#syncs.length === 0 && this.#disk.unit === this.#disk.durableUnit;
    if (this.#flush === null && !isIdle) this.#startFlush();
  }

  crash(): void {
    if (this.#held.length > 0) this.#world.marks.count("reached: a crash took what was held back");
    this.#held = [];
    this.#syncs = [];
    this.#flush?.cancel();
    this.#flush = null;
  }

  /** An effect may crash this very machine: then nothing is held any more. */
  #release(): void {
    for (
      let next = this.#held[0];
      next !== undefined && next.unit <= this.#disk.durableUnit;
      next = this.#held[0]
    ) {
      this.#held.shift();
      next.effect();
    }
  }

  #startFlush(): void {
    const upTo = this.#disk.unit;
    this.#flush = this.#world.scheduler.after(this.#flushMs(), () => this.#flushed(upTo));
  }

  #flushMs(): number {
    const { random, plan, healed, marks } = this.#world;
    const { syncMsMin, syncMsMax, stall, stallMsMax } = plan.disk;
    const usual = syncMsMin + random.float() * (syncMsMax - syncMsMin);
    if (healed || !random.chance(stall)) return usual;
    marks.count("fault: disk stalled");
    return usual + random.float() * stallMsMax;
  }

  /** Unit by unit, so that each message is judged by what is on disk when it leaves. */
  #flushed(upTo: number): void {
    const flush = this.#flush;
    while (this.#flush === flush && this.#disk.durableUnit < upTo) {
      this.#disk.markNextDurable();
      this.#release();
    }
    if (this.#flush !== flush) return;
    this.#flush = null;
    const done = this.#syncs.filter(({ unit }) => unit <= upTo);
    this.#syncs = this.#syncs.filter(({ unit }) => unit > upTo);
    for (const { effect } of done) this.#runStep(effect);
    this.open();
  }
}
