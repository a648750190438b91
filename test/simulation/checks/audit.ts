import { toIndex } from "../../../src/raft/types.ts";
import type { Machine } from "../world/machine.ts";
import type { Oracle } from "./oracle.ts";
import { Replay } from "./replay.ts";
import { compareLogs } from "./stored-logs.ts";

/** Events between two audits. */
const everyEvents = 250;

/** Now and then compares a node's storage with the committed entries, up to the node's own commit index. */
export class Audit {
  readonly #machines: readonly Machine[];
  readonly #oracle: Oracle;
  readonly #replay: Replay;

  constructor(machines: readonly Machine[], oracle: Oracle) {
    this.#machines = machines;
    this.#oracle = oracle;
    this.#replay = new Replay(oracle.committed);
  }

  /** After each of a run's events. */
  passed(events: number): void {
    if (events % everyEvents !== 0) return;
    const machine = this.#machines[(events / everyEvents) % this.#machines.length];
    if (machine !== undefined) this.#review(machine);
  }

  /** A half-received snapshot can't be compared. */
  #review({ status, storage }: Machine): void {
    if (status === null || status.commitIndex < storage.written.snapshot.readableIndex) return;
    this.#replay.advance(this.#oracle.commits.last);
    compareLogs(storage, this.#replay, toIndex(status.commitIndex));
  }
}
