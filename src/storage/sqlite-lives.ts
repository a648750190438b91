import { plainState } from "../log/state.ts";
import { decodeLogState } from "../log/state-codec.ts";
import { toSeq } from "../log/types.ts";
import type { Life } from "../log/view.ts";
import { toIndex } from "../raft/types.ts";
import type { SqlCursor, SqlValue } from "./database.ts";
import { traitsOf } from "./row-kinds.ts";

type LifeRow = [
  idx: number,
  kind: string,
  log: number,
  name: string,
  start: number,
  timestamp: number,
  state: ArrayBuffer | null,
];

/** The columns that `toLives` reads. */
export const lifeColumns = "idx, kind, log, name, start, timestamp, state";

/**
 * The lives whose states are in these rows. Rows of an earlier version have no state: their logs have the plain one.
 */
export function toLives(rows: SqlCursor<Record<string, SqlValue>>): Life[] {
  return Array.from(rows.raw<LifeRow>(), ([idx, kind, log, name, start, timestamp, bytes]) => {
    const state =
      bytes === null ? plainState(toSeq(start), timestamp) : decodeLogState(new Uint8Array(bytes));
    return { id: toIndex(log), name, deleted: traitsOf(kind)?.life === "ends", state, index: toIndex(idx) };
  });
}
