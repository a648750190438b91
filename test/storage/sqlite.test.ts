import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCommand } from "../../src/log/commands.ts";
import { toIndex } from "../../src/raft/types.ts";
import { SqliteStorage } from "../../src/storage/sqlite.ts";
import { storageContract } from "./contract.ts";
import { appendTo, begun, identity, lastIndex, noop, persist, run } from "./fixture.ts";
import { memoryStorage, NodeDatabase } from "./node-database.ts";
import { anyLogSteps, anySteps, dump, play, readable, type Step } from "./random.ts";
import { UnsyncedDatabase } from "./unsynced-database.ts";

storageContract("SQLite in Node", (body) => body(memoryStorage()));

interface Unsynced {
  readonly storage: SqliteStorage;
  readonly database: UnsyncedDatabase;
}

/** A node with nothing pending. */
function durable(): Unsynced {
  const database = new UnsyncedDatabase();
  const storage = begun(new SqliteStorage(database), 5);
  database.markDurable(database.written);
  return { storage, database };
}

/** The node after a restart, from a crash that keeps the units up to `keep`. */
function crashed({ database }: Unsynced, keep = 0): SqliteStorage {
  database.crash(keep);
  return new SqliteStorage(database);
}

describe("the unsynced half", () => {
  it("each single write, and each transaction that wrote, is one unit", () => {
    const database = new UnsyncedDatabase();
    const storage = new SqliteStorage(database);
    storage.prepare(identity);
    storage.start();
    expect(database.written).toBe(2);
    storage.transaction(() => {
      storage.write(persist({ append: [noop(1)] }));
      storage.write(persist({ append: [noop(2)] }));
    });
    expect(database.written).toBe(3);
    storage.transaction(() => storage.term(toIndex(1)));
    storage.removeDead(10);
    expect(database.written).toBe(3);
  });

  it("a crash loses only writes that are not durable", () => {
    const node = durable();
    const { storage, database } = node;
    storage.write(persist({ append: [noop(1), noop(2)] }));
    database.markDurable(database.written);
    storage.write(
      persist({ hardState: { currentTerm: 6, votedFor: 1 }, truncateFrom: toIndex(2), append: [noop(2, 6)] }),
    );
    const restarted = crashed(node);
    expect(restarted.entries(toIndex(1), toIndex(9), 1_000)).toEqual([noop(1), noop(2)]);
    expect(restarted.load()?.hardState).toEqual({ currentTerm: 5, votedFor: null });
  });

  it("a crash of a node that was just prepared leaves no trace of it", () => {
    const database = new UnsyncedDatabase();
    const storage = new SqliteStorage(database);
    storage.prepare(identity);
    storage.start();
    const restarted = crashed({ database, storage });
    expect(restarted.load()).toBeNull();
    expect(begun(restarted, 3).load()).toMatchObject({ phase: "started", hardState: { currentTerm: 3 } });
  });

  it("a crash may keep some of these writes, in order", () => {
    const node = durable();
    const { storage, database } = node;
    for (const index of [1, 2, 3]) storage.write(persist({ append: [noop(index)] }));
    expect(lastIndex(crashed(node, database.written - 1))).toBe(2);
    expect(lastIndex(crashed(node))).toBe(2);
  });

  it("numbers of lost units are not reused, so a late completion of one has no effect", () => {
    const node = durable();
    node.storage.write(persist({ append: [noop(1)] }));
    const lost = node.database.written;
    crashed(node).write(persist({ append: [noop(1)] }));
    expect(node.database.written).toBe(lost + 1);
    node.database.markDurable(lost);
    expect(lastIndex(crashed(node))).toBe(0);
  });

  it("keeps nothing of a write that fails halfway", () => {
    const { storage, database } = durable();
    const before = database.written;
    const fails = (): void =>
      storage.transaction(() => {
        storage.write(persist({ append: [noop(1)] }));
        throw new Error("half-way");
      });
    expect(fails).toThrow("half-way");
    expect([lastIndex(storage), database.written]).toEqual([0, before]);
  });
});

/** A node after `steps`, and the number of the last unit of each step. */
function played(steps: readonly Step[]): Unsynced & { readonly ends: number[] } {
  const node = durable();
  const ends = steps.map((step) => {
    play(node.storage, step);
    return node.database.written;
  });
  return { ...node, ends };
}

describe("any writes", () => {
  it("a crash leaves the durable writes, and no trace of the lost ones", () => {
    fc.assert(
      fc.property(anySteps, fc.nat(), fc.nat(), (steps, durableSeed, keptSeed) => {
        const kept = keptSeed % (steps.length + 1);
        const safe = durableSeed % (kept + 1);
        const node = played(steps);
        node.database.markDurable(node.ends[safe - 1] ?? 0);
        const keep = (durableSeed + keptSeed) % 2 === 0 ? kept : safe;
        const restarted = crashed(node, node.ends[keep - 1]);
        expect(dump(restarted)).toEqual(dump(played(steps.slice(0, keep)).storage));
      }),
    );
  });
});

describe("dead rows", () => {
  it("can't be read by any query, whatever was written before", () => {
    fc.assert(
      fc.property(anyLogSteps, fc.nat(3), (steps, tail) => {
        const { storage } = played(steps);
        play(storage, { kind: "compact", tail });
        const before = readable(storage);
        play(storage, { kind: "remove dead", rowsMax: 1_000 });
        expect(readable(storage)).toEqual(before);
      }),
      { numRuns: 500 },
    );
  });
});

describe("a row of an unknown kind", () => {
  it("is damaged for consensus, and no log ends with it", () => {
    const database = new NodeDatabase();
    const storage = begun(new SqliteStorage(database));
    run(storage, [createCommand("a"), appendTo("a"), { kind: "delete", name: "a" }]);
    database.sql.exec("UPDATE entries SET kind = 'mystery' WHERE idx = ?", 3);
    expect(() => storage.entries(toIndex(1), toIndex(3), 9_000)).toThrow("entry 3 is of no known kind");
    expect(storage.view(toIndex(3)).life("a")?.deleted).toBe(false);
  });
});
