import type { Document } from "../log/view.ts";
import { toIndex } from "../raft/types.ts";
import type { DocumentRange } from "./contract.ts";
import type { Sql } from "./database.ts";
import { toDocumentValue } from "./row.ts";
import { type EntryRow, entryColumns, toEntry } from "./sqlite-entries.ts";
import { limitTo } from "./sqlite-reads.ts";

export type DocumentRow = [...entry: EntryRow, key: string, timestamp: number];

/** The columns of a `DocumentRow`, in its order. */
export const documentColumns = `${entryColumns}, key, timestamp`;

/** Null for a removed document. Throws `StorageError` for a damaged one. */
export function toDocument([idx, term, kind, checksum, data, key, timestamp]: DocumentRow): Document | null {
  const value = toDocumentValue(toEntry([idx, term, kind, checksum, data]));
  return value === null ? null : { key, value, version: toIndex(idx), timestamp };
}

/** As `Storage.documents`. */
export function readDocuments(sql: Sql, range: DocumentRange): readonly Document[] {
  const documents: Document[] = [];
  let after = range.after;
  // Some rows are removed documents, so a page of rows may hold fewer documents.
  while (documents.length < range.limit) {
    const limit = range.limit - documents.length;
    const rows = readNewest(sql, { ...range, after, limit });
    documents.push(...rows.flatMap((row) => toDocument(row) ?? []));
    if (rows.length < limit) break;
    after = rows.at(-1)?.[5] ?? after;
  }
  return documents;
}

function readNewest(sql: Sql, { log, prefix, after, limit, upTo }: DocumentRange): DocumentRow[] {
  const rows = sql
    .exec(
      `SELECT ${documentColumns} FROM entries AS made
       WHERE log = ?1 AND key >= max(?2, ?3) AND key < ?2 || CAST(x'FF' AS TEXT) AND key <> ?3 AND idx <= ?5
         AND NOT EXISTS (SELECT 1 FROM entries WHERE log = ?1 AND key = made.key AND idx > made.idx AND idx <= ?5)
       ORDER BY key ${limitTo(4)}`,
      log,
      prefix,
      after ?? "",
      limit,
      upTo,
    )
    .raw<DocumentRow>();
  return [...rows];
}
