import type { Node } from "../../../src/node/node.ts";
import { Superseded } from "./ghost.ts";
import type { World } from "./world.ts";

/** A life of an object that was superseded and still finishes its work. */
interface Ghost {
  readonly node: Node;
  readonly incarnation: number;
  /** When all its work is over, in virtual ms. */
  readonly until: number;
}

/** The remains of a machine's previous life. */
export class Haunting {
  readonly #world: World;
  #ghost: Ghost | null = null;
  /** The step at hand is the ghost's. */
  isUnderWay = false;

  constructor(world: World) {
    this.#world = world;
  }

  begin(node: Node, incarnation: number, forMs: number): void {
    this.#ghost = { node, incarnation, until: this.#world.scheduler.now + forMs };
  }

  end(): void {
    this.#ghost = null;
  }

  /** The previous life that still runs; null: none does. */
  get incarnation(): number | null {
    return this.#ghost?.incarnation ?? null;
  }

  /** One event in the ghost, which may notice that it was superseded. */
  step(input: (node: Node) => void): void {
    if (this.#ghost === null) return;
    const { node, until } = this.#ghost;
    if (this.#world.scheduler.now > until) {
      this.end();
      return;
    }
    this.isUnderWay = true;
    try {
      input(node);
    } catch (error) {
      if (!(error instanceof Superseded)) throw error;
      this.#world.marks.count("reached: a superseded object found out");
      this.end();
    } finally {
      this.isUnderWay = false;
    }
  }
}
