import type { LogId } from "../log/types.ts";
import { type Index, toIndex } from "../raft/types.ts";
import type { CompactedRows, Milestone } from "./dead.ts";

type MilestoneRow = { idx: number; kind: Milestone["kind"]; log: number; name: string };

/** The compacted rows of a node in its database. */
export class SqliteCompactedRows implements CompactedRows {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  next(after: Index, upTo: Index): Milestone | null {
    const [row] = this.#sql
      .exec<MilestoneRow>(
        `SELECT idx, kind, log, name FROM entries WHERE kind <> 'append' AND idx > ? AND idx <= ?
         ORDER BY idx LIMIT 1`,
        after,
        upTo,
      )
      .toArray();
    if (row === undefined) return null;
    const { idx, kind, log, name } = row;
    return { kind, index: toIndex(idx), log: toIndex(log), name };
  }

  configurationBefore(index: Index): Index | null {
    const [row] = this.#sql
      .exec<{ idx: number }>(
        "SELECT idx FROM entries WHERE kind = 'configuration' AND idx < ? ORDER BY idx DESC LIMIT 1",
        index,
      )
      .toArray();
    return row === undefined ? null : toIndex(row.idx);
  }

  lifeBefore(name: string, index: Index): LogId | null {
    const [row] = this.#sql
      .exec<{ log: number }>(
        "SELECT log FROM entries WHERE name = ? AND idx < ? ORDER BY idx DESC LIMIT 1",
        name,
        index,
      )
      .toArray();
    return row === undefined ? null : toIndex(row.log);
  }

  remove(index: Index): void {
    this.#sql.exec("DELETE FROM entries WHERE idx = ?", index);
  }

  removeLife(log: LogId, part: "all" | "batches", rowsMax: number): number {
    this.#sql.exec(
      `DELETE FROM entries WHERE idx IN (
         SELECT idx FROM entries WHERE log = ?1 AND (count > 0 OR ?2 = 'all')
         ORDER BY start DESC, idx DESC LIMIT CAST(?3 AS INTEGER))`,
      log,
      part,
      rowsMax,
    );
    // Not `rowsWritten`, which counts the indexes too.
    return this.#sql.exec<{ removed: number }>("SELECT changes() AS removed").one().removed;
  }
}
