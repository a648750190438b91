import type { Sql } from "./database.ts";
import { StorageError } from "./error.ts";

/**
 * Migration k brings a database from version k to k + 1. A migration that has shipped is never changed.
 *
 * The log is the database: an entry is a row, and a log's state is read from its rows. `log` is the index of the row
 * that created the log. A log ends at `start + count` of its last row. `name` and `state` are set if a life begins,
 * changes or ends, `key` if a document changes. `data` comes last, so that reading the other columns never touches its
 * pages.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT;
  INSERT INTO schema_version VALUES (0);

  CREATE TABLE node (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    identity TEXT NOT NULL,
    phase TEXT NOT NULL CHECK (phase IN ('prepared', 'started')),
    current_term INTEGER NOT NULL CHECK (current_term >= 0),
    voted_for INTEGER
  ) STRICT;

  CREATE TABLE entries (
    idx INTEGER PRIMARY KEY CHECK (idx > 0),
    term INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('noop', 'create', 'append', 'delete')),
    log INTEGER,
    name TEXT,
    start INTEGER,
    count INTEGER,
    timestamp INTEGER,
    producer TEXT,
    producer_epoch INTEGER,
    producer_seq INTEGER,
    checksum INTEGER NOT NULL,
    data BLOB NOT NULL
  ) STRICT;

  CREATE INDEX entries_by_log ON entries (log, start) WHERE log IS NOT NULL;
  CREATE INDEX entries_by_name ON entries (name) WHERE name IS NOT NULL;
  CREATE INDEX entries_by_producer ON entries (log, producer, producer_epoch, producer_seq)
    WHERE producer IS NOT NULL;
  `,
  // More kinds of entries. The table is made again, because a column's CHECK can't be changed.
  `
  ALTER TABLE entries RENAME TO entries_before;
  CREATE TABLE entries (
    idx INTEGER PRIMARY KEY CHECK (idx > 0),
    term INTEGER NOT NULL,
    kind TEXT NOT NULL,
    log INTEGER,
    name TEXT,
    start INTEGER,
    count INTEGER,
    timestamp INTEGER,
    producer TEXT,
    producer_epoch INTEGER,
    producer_seq INTEGER,
    checksum INTEGER NOT NULL,
    data BLOB NOT NULL
  ) STRICT;
  INSERT INTO entries SELECT * FROM entries_before ORDER BY idx;
  DROP TABLE entries_before;

  CREATE INDEX entries_by_log ON entries (log, start) WHERE log IS NOT NULL;
  CREATE INDEX entries_by_name ON entries (name) WHERE name IS NOT NULL;
  CREATE INDEX entries_by_producer ON entries (log, producer, producer_epoch, producer_seq)
    WHERE producer IS NOT NULL;
  CREATE INDEX entries_by_configuration ON entries (idx) WHERE kind = 'configuration';
  `,
  // The mark of a node that sleeps; all null while it is awake.
  `
  ALTER TABLE node ADD COLUMN sleep_term INTEGER;
  ALTER TABLE node ADD COLUMN sleep_leader INTEGER;
  ALTER TABLE node ADD COLUMN sleep_index INTEGER;
  ALTER TABLE node ADD COLUMN sleep_round INTEGER;
  `,
  // Compaction. Rows up to `judged_index` were judged, and the rows that they made dead are removed.
  `
  ALTER TABLE node ADD COLUMN snapshot_index INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE node ADD COLUMN snapshot_term INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE node ADD COLUMN readable_index INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE node ADD COLUMN judged_index INTEGER NOT NULL DEFAULT 0;

  CREATE INDEX entries_that_are_no_batches ON entries (idx) WHERE kind <> 'append';
  `,
  // States of logs, and documents. `state` is null in older rows: such a log has the plain state.
  `
  ALTER TABLE entries RENAME TO entries_before;
  CREATE TABLE entries (
    idx INTEGER PRIMARY KEY CHECK (idx > 0),
    term INTEGER NOT NULL,
    kind TEXT NOT NULL,
    log INTEGER,
    name TEXT,
    key TEXT,
    start INTEGER,
    count INTEGER,
    bytes INTEGER,
    timestamp INTEGER,
    producer TEXT,
    producer_epoch INTEGER,
    producer_seq INTEGER,
    source INTEGER,
    swept INTEGER,
    checksum INTEGER NOT NULL,
    state BLOB,
    data BLOB NOT NULL
  ) STRICT;
  INSERT INTO entries (idx, term, kind, log, name, start, count, bytes, timestamp,
                       producer, producer_epoch, producer_seq, checksum, data)
    SELECT idx, term, kind, log, name, start, count, iif(log IS NULL, NULL, 0), timestamp,
           producer, producer_epoch, producer_seq, checksum, data
    FROM entries_before ORDER BY idx;
  DROP TABLE entries_before;

  CREATE INDEX entries_by_log ON entries (log, start) WHERE log IS NOT NULL;
  CREATE INDEX entries_by_name ON entries (name) WHERE name IS NOT NULL;
  CREATE INDEX entries_by_state ON entries (log) WHERE name IS NOT NULL;
  CREATE INDEX entries_by_bare_state ON entries (log) WHERE name IS NOT NULL AND count = 0 AND producer IS NULL;
  CREATE INDEX entries_by_key ON entries (log, key) WHERE key IS NOT NULL;
  CREATE INDEX entries_by_producer ON entries (log, producer, producer_epoch, producer_seq)
    WHERE producer IS NOT NULL;
  CREATE INDEX entries_by_source ON entries (source) WHERE source IS NOT NULL;
  CREATE INDEX entries_to_sweep ON entries (idx) WHERE swept = 1;
  CREATE INDEX entries_by_configuration ON entries (idx) WHERE kind = 'configuration';
  CREATE INDEX entries_that_are_no_batches ON entries (idx) WHERE kind <> 'append';
  `,
  // A replaced state leaves no row with a state, so no index is needed to find the newest.
  `
  DROP INDEX entries_by_bare_state;
  `,
];

/** Whether there is a schema, of any version. Writes nothing. */
export function hasSchema(sql: Sql): boolean {
  const tables = sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'");
  return tables.toArray().length > 0;
}

/** Brings the schema to this program's version, in the caller's transaction. Throws `StorageError`. */
export function migrate(sql: Sql): void {
  const version = hasSchema(sql) ? readVersion(sql) : 0;
  if (version > migrations.length) {
    throw new StorageError("newer-schema", `schema version ${version} is newer than ${migrations.length}`);
  }
  if (version === migrations.length) return;
  for (const migration of migrations.slice(version)) sql.exec(migration);
  sql.exec("UPDATE schema_version SET version = ?", migrations.length);
}

function readVersion(sql: Sql): number {
  const [row] = sql.exec<{ version: number }>("SELECT version FROM schema_version").toArray();
  if (row === undefined) throw new StorageError("impossible-state", "the schema has no version");
  return row.version;
}
