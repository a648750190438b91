import { compareUtf8 } from "../log/compare-utf8.ts";
import type { LogId, StoredBatch } from "../log/types.ts";
import type { Document, Life } from "../log/view.ts";
import type { Entry, Index } from "../raft/types.ts";
import type { BatchRange, DocumentRange, NameRange } from "./contract.ts";
import { firstAfter, type LifeRow, type MemoryLog, type MemoryRow } from "./memory-log.ts";
import { toDocument, toLife } from "./memory-view.ts";
import { bytesRoom, type Extent, type Room, recordsFrom, takeWithin } from "./prefix.ts";
import { assertNoGap, isSwept, toStoredBatch } from "./row.ts";

/** As `LogReader.entries`. Throws `StorageError` for one that is missing. */
export function readEntries(log: MemoryLog, from: Index, to: Index, bytesMax: number): readonly Entry[] {
  const entries = readRows(log, from, to, bytesRoom(bytesMax));
  assertNoGap(entries, from);
  return entries;
}

/** As `LogReader.rows`, with room for as many rows as for records. */
export function readRows(log: MemoryLog, from: Index, to: Index, room: Room): readonly Entry[] {
  const extentOf = ({ entry }: MemoryRow): Extent => ({ records: 1, bytes: entry.data.length });
  return takeWithin(rowsBetween(log.rows, from, to), room, extentOf).map(({ entry }) => entry);
}

function* rowsBetween(rows: MemoryLog["rows"], from: Index, to: Index): Generator<MemoryRow> {
  for (let i = from - 1; i < Math.min(to, rows.length); i++) {
    const row = rows[i] ?? null;
    if (row !== null) yield row;
  }
}

/** As `Storage.batches`. */
export function readBatches(log: MemoryLog, range: BatchRange): readonly StoredBatch[] {
  const life = log.lives.get(range.log)?.rows ?? [];
  const rows = takeWithin(appendsIn(life, range), range, (row) => ({
    records: recordsFrom(range.from, row.log),
    bytes: row.entry.data.length,
  }));
  return rows.map((row) => toStoredBatch(row.entry));
}

function* appendsIn(rows: readonly LifeRow[], { from, until, upTo }: BatchRange): Generator<LifeRow> {
  for (let i = firstAfter(rows, from); i < rows.length; i++) {
    const row = rows[i];
    if (row === undefined || row.log.start >= until || row.entry.index > upTo) return;
    if (row.log.count > 0) yield row;
  }
}

/** As `Storage.names`. */
export function readNames(log: MemoryLog, { prefix, after, limit, upTo }: NameRange): readonly string[] {
  const exists = (rows: readonly LifeRow[]) =>
    (rows.findLast((row) => row.entry.index <= upTo)?.log.kind ?? "delete") !== "delete";
  return [...log.named]
    .filter(([name, rows]) => name.startsWith(prefix) && exists(rows))
    .map(([name]) => name)
    .filter((name) => after === null || compareUtf8(name, after) > 0)
    .sort(compareUtf8)
    .slice(0, limit);
}

/** As `Storage.touched`. */
export function readTouched(log: MemoryLog, after: Index, upTo: Index): readonly LogId[] {
  const touched = new Set<LogId>();
  for (const row of log.rows.slice(after, upTo)) {
    const logged = row?.log ?? null;
    if (logged === null || logged.kind === "document") continue;
    touched.add(logged.log);
    if (logged.kind !== "create" || logged.name === null) continue;
    const before = log.lifeBefore(logged.name, logged.log);
    if (before !== null) touched.add(before);
  }
  return [...touched];
}

/** As `Storage.documents`. */
export function readDocuments(log: MemoryLog, range: DocumentRange): readonly Document[] {
  const { prefix, after, limit, upTo } = range;
  const rows = log.lives.get(range.log)?.rows ?? [];
  const byKey = new Map(rows.filter(({ entry }) => entry.index <= upTo).map((row) => [row.log.key, row]));
  return [...byKey.values()]
    .flatMap((row) => toDocument(row) ?? [])
    .filter(({ key }) => key.startsWith(prefix) && (after === null || compareUtf8(key, after) > 0))
    .sort((a, b) => compareUtf8(a.key, b.key))
    .slice(0, limit);
}

/** As `Storage.swept`. */
export function readSwept(log: MemoryLog, after: Index, limit: number, upTo: Index): readonly Life[] {
  const newest = [...log.named.values()].flatMap(
    (rows) => rows.findLast((row) => row.entry.index <= upTo) ?? [],
  );
  return newest
    .filter(({ entry, log: row }) => entry.index > after && isSwept(row))
    .sort((a, b) => a.entry.index - b.entry.index)
    .slice(0, limit)
    .flatMap((row) => toLife(row) ?? []);
}
