import type { LogId } from "../log/types.ts";
import type { Index } from "../raft/types.ts";

/** A compacted row that is no batch. */
export type Milestone = { readonly index: Index } & (
  | { readonly kind: "noop" | "configuration" }
  | { readonly kind: "create"; readonly name: string }
  | { readonly kind: "delete"; readonly log: LogId }
);

/** The compacted rows of a node, as far as it takes to remove the dead ones. */
export interface CompactedRows {
  /** The first row in (after, upTo] that is no batch. */
  next(after: Index, upTo: Index): Milestone | null;
  /** The newest life of a name that has a row before `index`. */
  lifeBefore(name: string, index: Index): LogId | null;
  configurationBefore(index: Index): Index | null;
  remove(index: Index): void;
  /** Removes a life's rows, or its batches alone, newest first and `rowsMax` at most; says how many. */
  removeLife(log: LogId, part: "all" | "batches", rowsMax: number): number;
}

/**
 * Removes the rows that are dead as of `upTo`: no-ops, configurations but the newest, the batches of deleted logs,
 * and all of a name's lives but the newest, whose beginning and end stay: the next life goes on from there. Judges rows after
 * `judgedIndex`, in order; reads or removes about `rowsMax`, and says how far it came.
 */
export function removeDeadRows(rows: CompactedRows, judgedIndex: Index, upTo: Index, rowsMax: number): Index {
  let room = rowsMax;
  let judged = judgedIndex;
  while (room > 0) {
    const row = rows.next(judged, upTo);
    if (row === null) return upTo;
    const removed = removeDeadBy(rows, row, room);
    // There may be more: the row is judged once more.
    if (removed === room) return judged;
    judged = row.index;
    room -= removed + 1;
  }
  return judged;
}

/** Removes what nobody needs after `row`, up to `rowsMax` rows. */
function removeDeadBy(rows: CompactedRows, row: Milestone, rowsMax: number): number {
  switch (row.kind) {
    case "noop":
      rows.remove(row.index);
      return 1;
    case "configuration":
      return removeConfigurationBefore(rows, row.index);
    case "create":
      return removeLivesBefore(rows, row.name, row.index, rowsMax);
    case "delete":
      return rows.removeLife(row.log, "batches", rowsMax);
  }
}

/** There is one at most: each took away the one before it. */
function removeConfigurationBefore(rows: CompactedRows, index: Index): number {
  const before = rows.configurationBefore(index);
  if (before === null) return 0;
  rows.remove(before);
  return 1;
}

function removeLivesBefore(rows: CompactedRows, name: string, index: Index, rowsMax: number): number {
  let removed = 0;
  let life = rows.lifeBefore(name, index);
  while (life !== null && removed < rowsMax) {
    removed += rows.removeLife(life, "all", rowsMax - removed);
    life = rows.lifeBefore(name, index);
  }
  return removed;
}
