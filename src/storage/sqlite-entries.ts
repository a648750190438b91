import { isIntact } from "../raft/entry.ts";
import type { Entry, EntryKind, Index, Term } from "../raft/types.ts";
import { toIndex } from "../raft/types.ts";
import { StorageError } from "./error.ts";
import { toLogRow } from "./row.ts";

const insert = `INSERT INTO entries
  (idx, term, kind, log, name, start, count, timestamp, producer, producer_epoch, producer_seq, checksum, data)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** The columns of an `EntryRow`, in its order. */
export const entryColumns = "idx, term, kind, checksum, data";

export type EntryRow = [idx: number, term: number, kind: string, checksum: number, data: ArrayBuffer];

export function insertEntry(sql: SqlStorage, entry: Entry): void {
  const { index, term, checksum, data } = entry;
  const row = toLogRow(entry);
  const producer = row?.producer;
  sql.exec(
    insert,
    index,
    term,
    row?.kind ?? entry.kind,
    row?.log ?? null,
    row?.name ?? null,
    row?.start ?? null,
    row?.count ?? null,
    row?.timestamp ?? null,
    producer?.id ?? null,
    producer?.epoch ?? null,
    producer?.seq ?? null,
    checksum,
    data,
  );
}

export function deleteEntriesFrom(sql: SqlStorage, index: Index): void {
  sql.exec("DELETE FROM entries WHERE idx >= ?", index);
}

export function readLastIndex(sql: SqlStorage): number {
  return sql.exec<{ last: number }>("SELECT coalesce(max(idx), 0) AS last FROM entries").one().last;
}

/** As `LogReader.term`. */
export function readTerm(sql: SqlStorage, index: Index): Term | null {
  if (index === 0) return 0;
  const [row] = sql.exec<{ term: number }>("SELECT term FROM entries WHERE idx = ?", index).toArray();
  return row?.term ?? null;
}

/** As `LogReader.configuration`. Throws `StorageError` for a damaged one. */
export function readConfiguration(sql: SqlStorage, upTo: Index): Entry | null {
  const [row] = sql
    .exec(
      `SELECT ${entryColumns} FROM entries WHERE kind = 'configuration' AND idx <= ? ORDER BY idx DESC LIMIT 1`,
      upTo,
    )
    .raw<EntryRow>();
  return row === undefined ? null : toEntry(row);
}

/** As `LogReader.entries`. Throws `StorageError` for one that is damaged or missing. */
export function readEntries(sql: SqlStorage, from: Index, to: Index, bytesMax: number): readonly Entry[] {
  const last = from === to ? to : lastWithin(sql, from, to, bytesMax);
  const rows = sql
    .exec(`SELECT ${entryColumns} FROM entries WHERE idx BETWEEN ? AND ? ORDER BY idx`, from, last)
    .raw<EntryRow>();
  return [...rows].map((row, i) => {
    if (row[0] !== from + i)
      throw new StorageError("damaged-entry", `entry ${from + i} is missing`, toIndex(from + i));
    return toEntry(row);
  });
}

/**
 * Where to cut comes first and data in a second query: a cursor left half-read would keep the table locked,
 * and one read to its end could hold more than memory. The window gives rows in its order, and as it goes:
 * SQLite reads no further than to the cut.
 */
function lastWithin(sql: SqlStorage, from: Index, to: Index, bytesMax: number): number {
  const [beyond] = sql
    .exec<{ idx: number }>(
      `SELECT idx FROM (
         SELECT idx, sum(length(data)) OVER (ORDER BY idx ROWS UNBOUNDED PRECEDING) AS bytes
         FROM entries WHERE idx BETWEEN ?1 AND ?2
       ) WHERE bytes > ?3 AND idx > ?1 LIMIT 1`,
      from,
      to,
      bytesMax,
    )
    .toArray();
  return beyond === undefined ? to : beyond.idx - 1;
}

/** Throws `StorageError` unless the row is what its author wrote. */
export function toEntry([idx, term, kind, checksum, data]: EntryRow): Entry {
  const index = toIndex(idx);
  const entryKind: EntryKind = kind === "noop" || kind === "configuration" ? kind : "command";
  const entry: Entry = { index, term, kind: entryKind, data: new Uint8Array(data), checksum };
  if (!isIntact(entry)) throw new StorageError("damaged-entry", `entry ${idx} is damaged`, index);
  return entry;
}
