/** What a column holds. */
export type SqlValue = ArrayBuffer | string | number | null;

/** The rows of one statement, each in one form, once. */
export interface SqlCursor<T> {
  toArray(): T[];
  /** Throws unless there is exactly one. */
  one(): T;
  raw<U extends SqlValue[]>(): IterableIterator<U>;
}

/** Runs statements, and prepares each text once. */
export interface Sql {
  exec<T extends Record<string, SqlValue>>(
    query: string,
    ...bindings: (SqlValue | ArrayBufferView)[]
  ): SqlCursor<T>;
}

/** As much of a Durable Object's storage as a node uses: what else has it can hold a node, too. */
export interface Database {
  readonly sql: Sql;
  transactionSync<T>(body: () => T): T;
}
