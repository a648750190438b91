import { encodeLogState } from "../log/state-codec.ts";
import { isIntact } from "../raft/entry.ts";
import type { Entry, Index, Term } from "../raft/types.ts";
import { toIndex } from "../raft/types.ts";
import type { Sql, SqlValue } from "./database.ts";
import { StorageError } from "./error.ts";
import { assertNoGap, isSwept, type LogRow, toLogRow } from "./row.ts";
import { traitsOf } from "./row-kinds.ts";

const insert = `INSERT INTO entries
  (idx, term, kind, log, name, key, start, count, bytes, timestamp, producer, producer_epoch, producer_seq,
   source, swept, checksum, state, data)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** The columns of an `EntryRow`, in its order. */
export const entryColumns = "idx, term, kind, checksum, data";

export type EntryRow = [idx: number, term: number, kind: string, checksum: number, data: ArrayBuffer];

export function insertEntry(sql: Sql, entry: Entry): void {
  const { index, term, checksum, data } = entry;
  const row = toLogRow(entry);
  sql.exec(insert, index, term, row?.kind ?? entry.kind, ...columnsOf(row), checksum, stateOf(row), data);
}

/** The columns from `log` to `swept`. */
function columnsOf(row: LogRow | null): readonly SqlValue[] {
  if (row === null) return Array.from({ length: 12 }, () => null);
  const { log, name, key, start, count, bytes, timestamp, producer, state } = row;
  return [
    ...[log, name, key, start, count, bytes, timestamp],
    ...[producer?.id ?? null, producer?.epoch ?? null, producer?.seq ?? null],
    ...[state?.fork?.source ?? null, isSwept(row) ? 1 : null],
  ];
}

const stateOf = (row: LogRow | null): Uint8Array | null =>
  row === null || row.state === null ? null : encodeLogState(row.state);

export function deleteEntriesFrom(sql: Sql, index: Index): void {
  sql.exec("DELETE FROM entries WHERE idx >= ?", index);
}

/** The log may end with a snapshot whose last rows are left out. */
export function readLastIndex(sql: Sql): number {
  return sql
    .exec<{ last: number }>(
      `SELECT max(coalesce((SELECT max(idx) FROM entries), 0),
                  coalesce((SELECT snapshot_index FROM node), 0)) AS last`,
    )
    .one().last;
}

/** As `LogReader.term`. */
export function readTerm(sql: Sql, index: Index): Term | null {
  if (index === 0) return 0;
  const [row] = sql.exec<{ term: number }>("SELECT term FROM entries WHERE idx = ?", index).toArray();
  return row?.term ?? null;
}

/** As `LogReader.configuration`. Throws `StorageError` for a damaged one. */
export function readConfiguration(sql: Sql, upTo: Index): Entry | null {
  const [row] = sql
    .exec(
      `SELECT ${entryColumns} FROM entries WHERE kind = 'configuration' AND idx <= ? ORDER BY idx DESC LIMIT 1`,
      upTo,
    )
    .raw<EntryRow>();
  return row === undefined ? null : toEntry(row);
}

/** As `LogReader.entries`. Throws `StorageError` for one that is damaged or missing. */
export function readEntries(sql: Sql, from: Index, to: Index, bytesMax: number): readonly Entry[] {
  const entries = readRows(sql, from, to, bytesMax, to - from + 1);
  assertNoGap(entries, from);
  return entries;
}

/** As `LogReader.rows`. Throws `StorageError` for one that is damaged. */
export function readRows(
  sql: Sql,
  from: Index,
  to: Index,
  bytesMax: number,
  countMax: number,
): readonly Entry[] {
  const last = from === to ? to : lastWithin(sql, from, to, bytesMax, countMax);
  const rows = sql
    .exec(`SELECT ${entryColumns} FROM entries WHERE idx BETWEEN ? AND ? ORDER BY idx`, from, last)
    .raw<EntryRow>();
  return Array.from(rows, toEntry);
}

/**
 * A first query finds where to cut, a second one reads the data. A half-read cursor would keep the table locked, and
 * reading it to its end could need too much memory. The window function yields rows in order as it goes, so SQLite
 * reads no further than the cut.
 */
function lastWithin(sql: Sql, from: Index, to: Index, bytesMax: number, countMax: number): number {
  const [beyond] = sql
    .exec<{ idx: number }>(
      `SELECT idx FROM (
         SELECT idx, sum(length(data)) OVER before AS bytes, count(*) OVER before AS place
         FROM entries WHERE idx BETWEEN ?1 AND ?2
         WINDOW before AS (ORDER BY idx ROWS UNBOUNDED PRECEDING)
       ) WHERE (bytes > ?3 OR place > ?4) AND place > 1 LIMIT 1`,
      from,
      to,
      bytesMax,
      countMax,
    )
    .toArray();
  return beyond === undefined ? to : beyond.idx - 1;
}

/** Throws `StorageError` unless the row is as its author wrote it. */
export function toEntry([idx, term, kind, checksum, data]: EntryRow): Entry {
  const index = toIndex(idx);
  const traits = traitsOf(kind);
  if (traits === null) throw new StorageError("damaged-entry", `entry ${idx} is of no known kind`, index);
  const entry: Entry = { index, term, kind: traits.entry, data: new Uint8Array(data), checksum };
  if (!isIntact(entry)) throw new StorageError("damaged-entry", `entry ${idx} is damaged`, index);
  return entry;
}
