import type { Persist } from "../raft/ready.ts";
import type { Counters } from "../transport/status.ts";

/** Counts work that is billed, to show that a sleeping cluster costs nothing. */
export class Tally implements Counters {
  alarms = 0;
  calls = 0;
  rows = 0;

  /** Hard state and the sleep mark are in one row. */
  wrote({ hardState, quiesce, append }: Persist): void {
    this.rows += append.length + (hardState === null && quiesce === null ? 0 : 1);
  }
}
