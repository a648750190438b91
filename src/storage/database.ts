/** A value of a column. */
export type SqlValue = ArrayBuffer | string | number | null;

/** The rows of one statement. They can be read once, in one form. */
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

/** The part of a Durable Object's storage that a node uses. Anything else with this interface can hold a node too. */
export interface Database {
  readonly sql: Sql;
  transactionSync<T>(body: () => T): T;
}
