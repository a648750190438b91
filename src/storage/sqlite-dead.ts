import type { LogId } from "../log/types.ts";
import { type Index, toIndex } from "../raft/types.ts";
import type { Sql, SqlValue } from "./database.ts";
import type { CompactedRows, Milestone, Unread } from "./dead.ts";
import { PLAIN } from "./row-kinds.ts";
import { limitTo } from "./sqlite-reads.ts";

type MilestoneRow = {
  idx: number;
  kind: Milestone["kind"];
  log: number;
  name: string;
  key: string;
  timestamp: number;
};

/** The compacted rows of a node, up to `upTo`, in its database. */
export class SqliteCompactedRows implements CompactedRows {
  readonly #sql: Sql;
  readonly #upTo: Index;

  constructor(sql: Sql, upTo: Index) {
    this.#sql = sql;
    this.#upTo = upTo;
  }

  next(after: Index, upTo: Index): Milestone | null {
    const [row] = this.#sql
      .exec<MilestoneRow>(
        `SELECT idx, kind, log, name, key, timestamp FROM entries WHERE kind <> '${PLAIN}' AND idx > ? AND idx <= ?
         ORDER BY idx LIMIT 1`,
        after,
        upTo,
      )
      .toArray();
    if (row === undefined) return null;
    const { idx, log, ...rest } = row;
    return { ...rest, index: toIndex(idx), log: toIndex(log) };
  }

  configurationBefore(index: Index): Index | null {
    return this.#newest("kind = 'configuration' AND idx < ?", index);
  }

  stateBefore(log: LogId, index: Index): Index | null {
    return this.#newest("log = ? AND name IS NOT NULL AND idx < ?", log, index);
  }

  documentBefore(log: LogId, key: string, index: Index): Index | null {
    return this.#newest("log = ? AND key = ? AND idx < ?", log, key, index);
  }

  #newest(where: string, ...bindings: readonly SqlValue[]): Index | null {
    const [row] = this.#sql
      .exec<{ idx: number }>(`SELECT idx FROM entries WHERE ${where} ORDER BY idx DESC LIMIT 1`, ...bindings)
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

  /** Goes from life to life by an index, so it reads only one row a life. */
  strays(max: number): readonly LogId[] {
    const rows = this.#sql
      .exec(
        `WITH RECURSIVE lives (log) AS (
           SELECT min(log) FROM entries WHERE log IS NOT NULL
           UNION ALL
           SELECT (SELECT min(log) FROM entries WHERE log > lives.log) FROM lives WHERE log IS NOT NULL)
         SELECT log FROM lives WHERE log IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM entries WHERE entries.log = lives.log AND name IS NOT NULL)
         ${limitTo(1)}`,
        max,
      )
      .raw<[log: number]>();
    return Array.from(rows, ([log]) => toIndex(log));
  }

  remove(index: Index): void {
    this.#sql.exec("DELETE FROM entries WHERE idx = ?", index);
  }

  retire(index: Index): void {
    const removed = this.#delete("idx = ?2 AND count = 0 AND producer IS NULL", 1, index);
    if (removed > 0) return;
    const bare = `kind = '${PLAIN}', name = NULL, source = NULL, swept = NULL, state = NULL`;
    this.#sql.exec(`UPDATE entries SET ${bare} WHERE idx = ?`, index);
  }

  removeLife(log: LogId, rowsMax: number): number {
    return this.#delete("log = ?2 ORDER BY name IS NOT NULL, idx", rowsMax, log);
  }

  removeDocuments(log: LogId, rowsMax: number): number {
    return this.#delete("log = ?2 AND key IS NOT NULL AND idx <= ?3", rowsMax, log, this.#upTo);
  }

  removeBatches({ log, until, stateIndex, producersBefore }: Unread, rowsMax: number): number {
    return this.#delete(
      `log = ?2 AND start < ?3 AND start + count <= ?3 AND key IS NULL AND idx <= ?4 AND idx <> ?5
         AND (name IS NULL OR count > 0 OR producer IS NOT NULL)
         AND (producer IS NULL OR timestamp < ?6 OR EXISTS (
           SELECT 1 FROM entries AS later
           WHERE later.log = it.log AND later.producer = it.producer AND later.idx <= ?4
             AND (later.producer_epoch, later.producer_seq) > (it.producer_epoch, it.producer_seq)))
       ORDER BY start`,
      rowsMax,
      log,
      Math.min(until, Number.MAX_SAFE_INTEGER),
      this.#upTo,
      stateIndex,
      Math.min(producersBefore, Number.MAX_SAFE_INTEGER),
    );
  }

  #delete(where: string, rowsMax: number, ...bindings: readonly SqlValue[]): number {
    this.#sql.exec(
      `DELETE FROM entries WHERE idx IN (
         SELECT idx FROM entries AS it WHERE ${where} ${limitTo(1)})`,
      rowsMax,
      ...bindings,
    );
    // Not `rowsWritten`, because that counts index rows too.
    return this.#sql.exec<{ removed: number }>("SELECT changes() AS removed").one().removed;
  }
}
