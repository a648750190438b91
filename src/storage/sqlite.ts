import type { LogId, StoredBatch } from "../log/types.ts";
import type { Document, Life, LogView } from "../log/view.ts";
import type { Identity } from "../raft/identity.ts";
import type { Persist } from "../raft/ready.ts";
import type { Entry, Index, Term } from "../raft/types.ts";
import type { BatchRange, Boot, DocumentRange, NameRange, Storage } from "./contract.ts";
import type { Database, Sql } from "./database.ts";
import { removeDeadRows } from "./dead.ts";
import { StorageError } from "./error.ts";
import { lastIndexAfter } from "./row.ts";
import { hasSchema, migrate } from "./schema.ts";
import { SqliteCompactedRows } from "./sqlite-dead.ts";
import { readDocuments } from "./sqlite-documents.ts";
import {
  deleteEntriesFrom,
  insertEntry,
  readConfiguration,
  readEntries,
  readLastIndex,
  readRows,
  readTerm,
} from "./sqlite-entries.ts";
import {
  insertNode,
  readBoot,
  readJudged,
  updateHardState,
  updateJudged,
  updatePhase,
  updateQuiesce,
  updateSnapshot,
} from "./sqlite-node.ts";
import { readBatches, readNames, readSwept, readTouched } from "./sqlite-reads.ts";
import { SqliteView } from "./sqlite-view.ts";

/** A node's storage in its Durable Object. Holds nothing in memory but the end of the log. */
export class SqliteStorage implements Storage {
  readonly #storage: Database;
  readonly #sql: Sql;
  /** Null until it is needed, and after a failed write. */
  #lastIndex: number | null = null;
  /** A write inside a transaction is part of it. A savepoint of its own would only cost time. */
  #inTransaction = false;

  constructor(storage: Database) {
    this.#storage = storage;
    this.#sql = storage.sql;
  }

  load(): Boot | null {
    if (!hasSchema(this.#sql)) return null;
    this.transaction(() => migrate(this.#sql));
    return readBoot(this.#sql);
  }

  assertCurrent(): void {
    this.#sql.exec("SELECT 1");
  }

  prepare(identity: Identity): void {
    if (hasSchema(this.#sql)) throw new StorageError("misuse", "the node has an identity");
    this.transaction(() => {
      migrate(this.#sql);
      insertNode(this.#sql, identity);
    });
  }

  start(): void {
    updatePhase(this.#sql, "started");
  }

  transaction<T>(body: () => T): T {
    this.#inTransaction = true;
    try {
      return this.#storage.transactionSync(body);
    } catch (error) {
      this.#lastIndex = null;
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  write(persist: Persist): void {
    if (isOneStatement(persist)) this.#write(persist);
    else this.#asOne(() => this.#write(persist));
  }

  #asOne<T>(body: () => T): T {
    return this.#inTransaction ? body() : this.transaction(body);
  }

  #write(persist: Persist): void {
    const lastIndex = lastIndexAfter(persist, this.#lastIndex ?? readLastIndex(this.#sql));
    const { hardState, quiesce, truncateFrom, snapshot, append } = persist;
    if (hardState !== null) updateHardState(this.#sql, hardState);
    if (quiesce !== null) updateQuiesce(this.#sql, quiesce);
    if (truncateFrom !== null) deleteEntriesFrom(this.#sql, truncateFrom);
    for (const row of snapshot?.rows ?? []) insertEntry(this.#sql, row);
    if (snapshot !== null) updateSnapshot(this.#sql, snapshot.mark);
    for (const entry of append) insertEntry(this.#sql, entry);
    this.#lastIndex = lastIndex;
  }

  removeDead(rowsMax: number): boolean {
    return this.#asOne(() => {
      const { judgedIndex, ...mark } = readJudged(this.#sql);
      const rows = new SqliteCompactedRows(this.#sql, mark.index);
      const judged = removeDeadRows(rows, this.view(mark.index), judgedIndex, mark, rowsMax);
      if (judged > judgedIndex) updateJudged(this.#sql, judged);
      return judged === mark.index;
    });
  }

  term(index: Index): Term | null {
    return readTerm(this.#sql, index);
  }

  entries(from: Index, to: Index, bytesMax: number): readonly Entry[] {
    return readEntries(this.#sql, from, to, bytesMax);
  }

  rows(from: Index, to: Index, bytesMax: number, countMax: number): readonly Entry[] {
    return readRows(this.#sql, from, to, bytesMax, countMax);
  }

  configuration(upTo: Index): Entry | null {
    return readConfiguration(this.#sql, upTo);
  }

  view(upTo: Index): LogView {
    return new SqliteView(this.#sql, upTo);
  }

  batches(range: BatchRange): readonly StoredBatch[] {
    return readBatches(this.#sql, range);
  }

  names(range: NameRange): readonly string[] {
    return readNames(this.#sql, range);
  }

  documents(range: DocumentRange): readonly Document[] {
    return readDocuments(this.#sql, range);
  }

  swept(after: Index, limit: number, upTo: Index): readonly Life[] {
    return readSwept(this.#sql, after, limit, upTo);
  }

  touched(after: Index, upTo: Index): readonly LogId[] {
    return readTouched(this.#sql, after, upTo);
  }
}

/** The hot path, a single new entry, is atomic by itself. */
function isOneStatement({ hardState, quiesce, truncateFrom, snapshot, append }: Persist): boolean {
  const isOnlyAppend = hardState === null && quiesce === null && truncateFrom === null && snapshot === null;
  return isOnlyAppend && append.length === 1;
}
