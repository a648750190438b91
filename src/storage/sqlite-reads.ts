import type { LogId, StoredBatch } from "../log/types.ts";
import type { Life } from "../log/view.ts";
import type { Index } from "../raft/types.ts";
import { toIndex } from "../raft/types.ts";
import type { BatchRange, NameRange } from "./contract.ts";
import type { Sql } from "./database.ts";
import { recordsFrom, takeWithin } from "./prefix.ts";
import { toStoredBatch } from "./row.ts";
import { kindIn } from "./row-kinds.ts";
import { type EntryRow, entryColumns, toEntry } from "./sqlite-entries.ts";
import { lifeColumns, toLives } from "./sqlite-lives.ts";

/**
 * With a bare `LIMIT ?` SQLite plans by its value, and so prepares the statement again at each use, at twice the cost.
 */
export const limitTo = (parameter: number) => `LIMIT CAST(?${parameter} AS INTEGER)`;

const isBeginning = kindIn(({ life }) => life === "begins");
const isEnd = kindIn(({ life }) => life === "ends");
const isTouch = kindIn(({ touches }) => touches);

type SizeRow = [start: number, count: number, bytes: number];

/** As `Storage.batches`. Throws `StorageError` for a damaged one. */
export function readBatches(sql: Sql, range: BatchRange): readonly StoredBatch[] {
  const page = takeWithin(readSizes(sql, range), range, ([start, count, bytes]) => ({
    records: recordsFrom(range.from, { start, count }),
    bytes,
  }));
  const first = page[0];
  const last = page.at(-1);
  if (first === undefined || last === undefined) return [];
  const rows = sql
    .exec(
      `SELECT ${entryColumns} FROM entries WHERE log = ? AND start BETWEEN ? AND ? AND idx <= ? AND count > 0
       ORDER BY start`,
      range.log,
      first[0],
      last[0],
      range.upTo,
    )
    .raw<EntryRow>();
  return [...rows].map((row) => toStoredBatch(toEntry(row)));
}

/**
 * Sizes are read first, for the same reason as in `readEntries`. Each batch holds a record, so `recordsMax` bounds
 * their number.
 */
function readSizes(sql: Sql, { log, from, until, recordsMax, upTo }: BatchRange): SizeRow[] {
  const rows = sql
    .exec(
      `SELECT start, count, length(data) FROM entries
       WHERE log = ?1 AND idx <= ?2 AND count > 0 AND start < ?4 AND start + count > ?3
         AND start >= coalesce((SELECT max(start) FROM entries WHERE log = ?1 AND start <= ?3), 0)
       ORDER BY start ${limitTo(5)}`,
      log,
      upTo,
      from,
      until,
      Math.max(1, recordsMax),
    )
    .raw<SizeRow>();
  return [...rows];
}

/**
 * As `Storage.names`. UTF-8 has no byte FF, so all names that begin with `prefix` sort before `prefix` followed by that
 * byte.
 */
export function readNames(sql: Sql, { prefix, after, limit, upTo }: NameRange): readonly string[] {
  const rows = sql
    .exec(
      `SELECT name FROM entries AS made
       WHERE name >= max(?1, ?2) AND name < ?1 || CAST(x'FF' AS TEXT) AND name <> ?2
         AND idx <= ?4 AND NOT ${isEnd}
         AND NOT EXISTS (
           SELECT 1 FROM entries WHERE name = made.name AND idx > made.idx AND idx <= ?4)
       ORDER BY name ${limitTo(3)}`,
      prefix,
      after ?? "",
      limit,
      upTo,
    )
    .raw<[name: string]>();
  return [...rows].map(([name]) => name);
}

/** As `Storage.touched`. */
export function readTouched(sql: Sql, after: Index, upTo: Index): readonly LogId[] {
  const rows = sql
    .exec(
      `SELECT log FROM entries WHERE idx > ?1 AND idx <= ?2 AND ${isTouch}
       UNION
       SELECT (SELECT log FROM entries WHERE name = made.name AND idx < made.idx ORDER BY idx DESC LIMIT 1)
       FROM entries AS made WHERE idx > ?1 AND idx <= ?2 AND ${isBeginning}`,
      after,
      upTo,
    )
    .raw<[log: number | null]>();
  return [...rows].flatMap(([log]) => (log === null ? [] : toIndex(log)));
}

/** As `Storage.swept`. */
export function readSwept(sql: Sql, after: Index, limit: number, upTo: Index): readonly Life[] {
  const rows = sql.exec(
    `SELECT ${lifeColumns} FROM entries AS it
     WHERE swept = 1 AND idx > ?1 AND idx <= ?3
       AND NOT EXISTS (SELECT 1 FROM entries WHERE name = it.name AND idx > it.idx AND idx <= ?3)
     ORDER BY idx ${limitTo(2)}`,
    after,
    limit,
    upTo,
  );
  return toLives(rows);
}
