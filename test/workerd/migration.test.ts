import { expect, it } from "vitest";
import { createCommand } from "../../src/log/commands.ts";
import { toIndex } from "../../src/raft/types.ts";
import { SqliteStorage } from "../../src/storage/sqlite.ts";
import { appendTo, begun, everything, identity, noop, persist, run } from "../storage/fixture.ts";
import { dump } from "../storage/random.ts";
import { inObject } from "./bare.ts";

/** The schema as version 1 made it. */
const versionOne = `
  CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT;
  INSERT INTO schema_version VALUES (1);
  CREATE TABLE node (
    one INTEGER PRIMARY KEY CHECK (one = 1), identity TEXT NOT NULL,
    phase TEXT NOT NULL CHECK (phase IN ('prepared', 'started')),
    current_term INTEGER NOT NULL CHECK (current_term >= 0), voted_for INTEGER
  ) STRICT;
  CREATE TABLE entries (
    idx INTEGER PRIMARY KEY CHECK (idx > 0), term INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('noop', 'create', 'append', 'delete')),
    log INTEGER, name TEXT, start INTEGER, count INTEGER, timestamp INTEGER,
    producer TEXT, producer_epoch INTEGER, producer_seq INTEGER, checksum INTEGER NOT NULL, data BLOB NOT NULL
  ) STRICT;
  CREATE INDEX entries_by_log ON entries (log, start) WHERE log IS NOT NULL;
  CREATE INDEX entries_by_name ON entries (name) WHERE name IS NOT NULL;
  CREATE INDEX entries_by_producer ON entries (log, producer, producer_epoch, producer_seq)
    WHERE producer IS NOT NULL;
`;

const entryColumns =
  "idx, term, kind, log, name, start, count, timestamp, producer, producer_epoch, producer_seq, checksum, data";

/** Puts what the storage holds back into tables of version 1, with the identity as that version wrote it. */
function toVersionOne(sql: SqlStorage): void {
  const rows = [...sql.exec(`SELECT ${entryColumns} FROM entries`).raw()];
  const [node] = [...sql.exec("SELECT phase, current_term, voted_for FROM node").raw()];
  for (const table of ["schema_version", "node", "entries"]) sql.exec(`DROP TABLE ${table}`);
  sql.exec(versionOne);
  const { cluster, id, regions } = identity;
  const written = JSON.stringify({ cluster, id, configuration: { voters: [1, 2, 3] }, regions });
  sql.exec("INSERT INTO node VALUES (1, ?, ?, ?, ?)", written, ...(node ?? []));
  for (const row of rows)
    sql.exec("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", ...row);
}

/** Version 1 did not count the bytes of a log. */
function uncounted(dumped: unknown): unknown {
  return JSON.parse(JSON.stringify(dumped), (key, value) => (key === "bytes" ? 0 : value));
}

it("a database of version 1 is brought to this one, with nothing lost", () =>
  inObject(({ storage: disk }) => {
    const before = begun(new SqliteStorage(disk), 3);
    before.write(persist({ append: [noop(1)] }));
    run(before, [createCommand("a"), appendTo("a"), appendTo("a")], { term: 2 });
    const wanted = dump(before);
    toVersionOne(disk.sql);

    const after = new SqliteStorage(disk);
    expect(after.load()).toMatchObject({ identity, phase: "started", hardState: { currentTerm: 3 } });
    expect(uncounted(dump(after))).toEqual(uncounted(wanted));
    expect(after.entries(toIndex(1), everything, 10_000)).toHaveLength(4);
    expect(after.configuration(everything)).toBeNull();
    expect(new SqliteStorage(disk).load()).toEqual(after.load());
  }));
