import type { Persist } from "../raft/ready.ts";
import type { Counters } from "../transport/status.ts";

/** Counts what costs something, so that a sleeping cluster can be seen to cost nothing. */
export class Tally implements Counters {
  alarms = 0;
  calls = 0;
  rows = 0;

  /** Hard state and sleep are in the node's one row. */
  wrote({ hardState, quiesce, append }: Persist): void {
    this.rows += append.length + (hardState === null && quiesce === null ? 0 : 1);
  }
}
