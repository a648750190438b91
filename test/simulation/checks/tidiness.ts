import type { Machine } from "../world/machine.ts";
import type { Oracle } from "./oracle.ts";
import { Replay } from "./replay.ts";
import { endOfTime, firstRetained } from "./time-limits.ts";

/** Whether a cluster has done all its background work: to end and trim logs, and to remove dead rows. */
export class Tidiness {
  readonly #oracle: Oracle;
  readonly #replay: Replay;

  constructor(oracle: Oracle) {
    this.#oracle = oracle;
    this.#replay = new Replay(oracle.committed);
  }

  holds(members: readonly Machine[]): boolean {
    const { last } = this.#oracle.commits;
    const isClean = members.every(
      ({ status, storage }) => status?.commitIndex === last && storage.isClean !== false,
    );
    return isClean && this.#isSwept(last, Math.min(...members.map((machine) => machine.now())));
  }

  #isSwept(last: number, now: number): boolean {
    this.#replay.advance(last);
    return this.#replay
      .living()
      .every((life) => endOfTime(life) > now && life.state.earliest === firstRetained(life, now));
  }
}
