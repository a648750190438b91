import { describe, expect, it } from "vitest";
import { createCommand } from "../../src/log/commands.ts";
import { toSeq } from "../../src/log/types.ts";
import { toIndex } from "../../src/raft/types.ts";
import { StorageError, type StorageFault } from "../../src/storage/error.ts";
import { SqliteStorage } from "../../src/storage/sqlite.ts";
import { storageContract } from "../storage/contract.ts";
import { appendTo, begun, everything, noop, persist, run } from "../storage/fixture.ts";
import { dump } from "../storage/random.ts";
import { inObject } from "./bare.ts";

storageContract("sqlite", (body) => inObject(({ storage }) => body(new SqliteStorage(storage))));

const batchesOfA = {
  log: toIndex(2),
  from: toSeq(0),
  until: toSeq(9),
  recordsMax: 9,
  bytesMax: 9_000,
  upTo: everything,
};

/** Runs `body` on a node that holds a no-op, a log and three of its batches. */
function withNode(
  body: (storage: SqliteStorage, sql: SqlStorage, disk: DurableObjectStorage) => void,
): Promise<void> {
  return inObject(({ storage: disk }) => {
    const storage = begun(new SqliteStorage(disk), 3);
    storage.write(persist({ append: [noop(1)] }));
    run(storage, [createCommand("a"), appendTo("a"), appendTo("a"), appendTo("a")], { term: 2 });
    body(storage, disk.sql, disk);
  });
}

function faultOf(body: () => unknown): { fault: StorageFault; index: number | null } | null {
  try {
    body();
    return null;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return { fault: error.fault, index: error.index };
  }
}

describe("sqlite", () => {
  it("loading an untouched object writes nothing", () =>
    inObject(({ storage }) => {
      const before = storage.sql.databaseSize;
      expect(new SqliteStorage(storage).load()).toBeNull();
      expect(storage.sql.databaseSize).toBe(before);
      expect(storage.sql.exec("SELECT name FROM sqlite_master").toArray()).toEqual([]);
    }));

  it("a new instance goes on where the old one stopped", () =>
    withNode((storage, _sql, disk) => {
      const other = new SqliteStorage(disk);
      expect(dump(other)).toEqual(dump(storage));
      other.write(persist({ append: [noop(6, 3)] }));
      expect(other.load()).toMatchObject({ lastIndex: 6, lastTerm: 3 });
    }));

  it("finds rows by index, and sorts none", () =>
    withNode((_storage, _sql, disk) => {
      const plan: string[] = [];
      const explaining = new SqliteStorage(explained(disk, plan));
      const view = explaining.view(everything);
      view.life("a");
      view.tail(toIndex(2));
      view.lastBatch(toIndex(2), "p");
      view.batch(toIndex(2), "p", 0, 0);
      explaining.names({ prefix: "a", after: "a", limit: 9, upTo: everything });
      explaining.entries(toIndex(1), toIndex(5), 9_000);
      explaining.batches(batchesOfA);
      explaining.term(toIndex(3));
      expect(plan.length).toBeGreaterThan(8);
      for (const step of plan)
        expect(step).toMatch(
          /^(SEARCH|CO-ROUTINE|SCAN \(subquery|CORRELATED SCALAR SUBQUERY|SCALAR SUBQUERY)/,
        );
    }));
});

/** A storage that also writes down how SQLite means to run each statement. */
function explained(disk: DurableObjectStorage, plan: string[]): DurableObjectStorage {
  const exec: SqlStorage["exec"] = (query, ...bindings) => {
    for (const step of disk.sql.exec(`EXPLAIN QUERY PLAN ${query}`, ...bindings))
      plan.push(String(step.detail));
    return disk.sql.exec(query, ...bindings);
  };
  return Object.create(disk, { sql: { value: { exec } } });
}

describe("sqlite refuses to start with", () => {
  const impossible: readonly (readonly [what: string, sql: string, fault: StorageFault])[] = [
    ["a gap in the log", "DELETE FROM entries WHERE idx = 3", "impossible-state"],
    ["a log that begins late", "DELETE FROM entries WHERE idx < 3", "impossible-state"],
    ["a term that decreases", "UPDATE entries SET term = 1 WHERE idx = 4", "impossible-state"],
    ["a last term above the current one", "UPDATE node SET current_term = 1", "impossible-state"],
    ["no identity", "DELETE FROM node", "impossible-state"],
    ["an identity that can't be read", "UPDATE node SET identity = '{'", "impossible-state"],
    ["no version", "DELETE FROM schema_version", "impossible-state"],
    ["a schema of a later version", "UPDATE schema_version SET version = 99", "newer-schema"],
  ];

  it.each(impossible)("%s", (_what, damage, fault) =>
    withNode((_storage, sql, disk) => {
      sql.exec(damage);
      expect(faultOf(() => new SqliteStorage(disk).load())?.fault).toBe(fault);
    }),
  );
});

describe("sqlite refuses to read", () => {
  const damaged = { fault: "damaged-entry", index: 4 };
  it.each(["data = x'00'", "data = zeroblob(length(data))", "term = 3", "checksum = checksum + 1"])(
    "an entry whose row was changed: %s",
    (change) =>
      withNode((storage, sql) => {
        sql.exec(`UPDATE entries SET ${change} WHERE idx = 4`);
        expect(faultOf(() => storage.entries(toIndex(3), toIndex(5), 9_000))).toEqual(damaged);
        expect(faultOf(() => storage.batches(batchesOfA))).toEqual(damaged);
        expect(storage.entries(toIndex(5), toIndex(5), 9_000)).toHaveLength(1);
      }),
  );

  it("past an entry that is missing", () =>
    withNode((storage, sql) => {
      sql.exec("DELETE FROM entries WHERE idx = 4");
      expect(faultOf(() => storage.entries(toIndex(3), toIndex(5), 9_000))).toEqual(damaged);
    }));
});
