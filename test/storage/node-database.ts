import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import type { Database, Sql, SqlValue } from "../../src/storage/database.ts";
import { SqliteStorage } from "../../src/storage/sqlite.ts";

interface Prepared {
  readonly statement: StatementSync;
  readonly columns: readonly string[];
}

/** Whether a statement only reads. */
export const isRead = (query: string): boolean => /^\s*(?:SELECT|WITH)\b/.test(query);

type Binding = Parameters<Sql["exec"]>[1];

/** An in-memory database of Node, with the interface of a Durable Object's. */
export class NodeDatabase implements Database {
  protected readonly db = new DatabaseSync(":memory:");
  readonly #prepared = new Map<string, Prepared>();
  #depth = 0;

  readonly sql = {
    exec: (query: string, ...bindings: readonly Binding[]) => this.exec(query, bindings),
  } as unknown as Sql;

  protected exec(query: string, bindings: readonly Binding[]): Rows {
    if (query.includes(";")) {
      this.db.exec(query);
      return new Rows([], []);
    }
    const { statement, columns } = this.#prepared.get(query) ?? this.#prepare(query);
    return new Rows(columns, statement.all(...(bindings as SQLInputValue[])) as unknown as SqlValue[][]);
  }

  /** Runs `body` as one write. If it throws, nothing is written. Transactions can nest. */
  transactionSync<T>(body: () => T): T {
    const name = `depth_${this.#depth}`;
    this.db.exec(`SAVEPOINT ${name}`);
    this.#depth += 1;
    try {
      const result = body();
      this.db.exec(`RELEASE ${name}`);
      return result;
    } catch (error) {
      this.db.exec(`ROLLBACK TO ${name}; RELEASE ${name}`);
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }

  /** Whether a transaction is open. */
  protected get isOpen(): boolean {
    return this.#depth > 0;
  }

  #prepare(query: string): Prepared {
    const statement = this.db.prepare(query);
    statement.setReturnArrays(true);
    const prepared = { statement, columns: statement.columns().map(({ name }) => name) };
    this.#prepared.set(query, prepared);
    return prepared;
  }
}

/** A node's storage in memory. */
export const memoryStorage = (): SqliteStorage => new SqliteStorage(new NodeDatabase());

/** The rows of a statement, in the form of `SqlStorageCursor`. */
export class Rows {
  readonly #columns: readonly string[];
  readonly #rows: readonly SqlValue[][];

  constructor(columns: readonly string[], rows: readonly SqlValue[][]) {
    this.#columns = columns;
    this.#rows = rows;
  }

  raw(): IterableIterator<SqlValue[]> {
    return this.#rows.values();
  }

  toArray(): Record<string, SqlValue>[] {
    return this.#rows.map((row) => this.#named(row));
  }

  one(): Record<string, SqlValue> {
    const [row] = this.#rows;
    if (row === undefined || this.#rows.length > 1)
      throw new Error(`there are ${this.#rows.length} rows, not one`);
    return this.#named(row);
  }

  #named(row: readonly SqlValue[]): Record<string, SqlValue> {
    return Object.fromEntries(this.#columns.map((name, at) => [name, row[at] ?? null]));
  }
}
