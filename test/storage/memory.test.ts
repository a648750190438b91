import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toIndex } from "../../src/raft/types.ts";
import { MemoryStorage } from "../../src/storage/memory.ts";
import { storageContract } from "./contract.ts";
import { begun, command, deletedLog, identity, lastIndex, noop, persist } from "./fixture.ts";
import { anyLogSteps, anySteps, dump, play, readable, type Step } from "./random.ts";

storageContract("memory", (body) => body(new MemoryStorage()));

/** One with nothing pending. */
function durable(): MemoryStorage {
  const storage = begun(new MemoryStorage(), 5);
  storage.markDurable(storage.written());
  return storage;
}

describe("memory: the unsynced half", () => {
  it("each lone write, and each transaction that wrote, is one unit", () => {
    const storage = new MemoryStorage();
    storage.prepare(identity);
    storage.start();
    expect(storage.written()).toBe(2);
    storage.transaction(() => {
      storage.write(persist({ append: [noop(1)] }));
      storage.write(persist({ append: [noop(2)] }));
    });
    expect(storage.written()).toBe(3);
    storage.transaction(() => storage.term(toIndex(1)));
    expect(storage.written()).toBe(3);
  });

  it("a crash loses what is not durable, and nothing else", () => {
    const storage = durable();
    storage.write(persist({ append: [noop(1), noop(2)] }));
    storage.markDurable(storage.written());
    storage.write(
      persist({ hardState: { currentTerm: 6, votedFor: 1 }, truncateFrom: toIndex(2), append: [noop(2, 6)] }),
    );
    storage.crash();
    expect(storage.entries(toIndex(1), toIndex(9), 1_000)).toEqual([noop(1), noop(2)]);
    expect(storage.load()?.hardState).toEqual({ currentTerm: 5, votedFor: null });
  });

  it("a crash of a node that was just prepared leaves no trace of it", () => {
    const storage = new MemoryStorage();
    storage.prepare(identity);
    expect(storage.durableHardState()).toBeNull();
    storage.crash();
    expect(storage.load()).toBeNull();
  });

  it("a crash may keep some of it, in order", () => {
    const storage = durable();
    for (const index of [1, 2, 3]) storage.write(persist({ append: [noop(index)] }));
    storage.crash(storage.written() - 1);
    expect(lastIndex(storage)).toBe(2);
    storage.crash();
    expect(lastIndex(storage)).toBe(2);
  });

  it("numbers of lost units are not used again, so that a late completion of one says nothing", () => {
    const storage = durable();
    storage.write(persist({ append: [noop(1)] }));
    const lost = storage.written();
    storage.crash();
    storage.write(persist({ append: [noop(1)] }));
    expect(storage.written()).toBe(lost + 1);
    storage.markDurable(lost);
    storage.crash();
    expect(lastIndex(storage)).toBe(0);
  });

  it("keeps nothing of a write that fails half-way", () => {
    const storage = durable();
    const stray = deletedLog("a", toIndex(77), 0, 1);
    expect(() => storage.write(persist({ append: [noop(1), command(2, stray)] }))).toThrow("never created");
    expect(lastIndex(storage)).toBe(0);
    expect(storage.written()).toBe(3);
  });

  it("says what is on disk", () => {
    const storage = durable();
    storage.write(persist({ append: [noop(1), noop(2), noop(3)] }));
    const first = storage.written();
    storage.write(
      persist({ hardState: { currentTerm: 6, votedFor: 2 }, truncateFrom: toIndex(2), append: [noop(2, 6)] }),
    );
    const onDisk = () => [
      storage.durableLastIndex(),
      ...[0, 1, 2, 3, 4].map((index) => storage.durableTerm(toIndex(index))),
    ];
    expect(onDisk()).toEqual([0, 0, null, null, null, null]);
    storage.markDurable(first);
    expect(onDisk()).toEqual([3, 0, 1, 1, 1, null]);
    expect(storage.durableHardState()?.currentTerm).toBe(5);
    storage.markDurable(first + 1);
    expect(onDisk()).toEqual([2, 0, 1, 6, null, null]);
    expect(storage.durableHardState()).toEqual({ currentTerm: 6, votedFor: 2 });
  });
});

/** A storage to which `steps` were done, and the number of the unit that each ended with. */
function played(steps: readonly Step[]): { storage: MemoryStorage; ends: number[] } {
  const storage = durable();
  const ends = steps.map((step) => {
    play(storage, step);
    return storage.written();
  });
  return { storage, ends };
}

describe("memory: any writes", () => {
  it("after a crash it is as if the lost writes had never been, and what it called durable is there", () => {
    fc.assert(
      fc.property(anySteps, fc.nat(), fc.nat(), (steps, durableSeed, keptSeed) => {
        const kept = keptSeed % (steps.length + 1);
        const safe = durableSeed % (kept + 1);
        const { storage, ends } = played(steps);
        const { storage: expected } = played(steps.slice(0, kept));
        storage.markDurable(ends[safe - 1] ?? 0);
        const { storage: onDisk } = played(steps.slice(0, safe));
        expect(diskOf(storage)).toEqual(diskOf(onDisk, true));
        storage.crash(ends[kept - 1]);
        expect(dump(storage)).toEqual(dump(expected));
        expect(diskOf(storage)).toEqual(diskOf(expected, true));
      }),
    );
  });
});

describe("memory: dead rows", () => {
  it("are none that anybody can read, whatever came before", () => {
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

/** What is durable, by its terms; all of it, after `sync`. */
function diskOf(storage: MemoryStorage, sync = false): unknown {
  if (sync) storage.markDurable(storage.written());
  const last = storage.durableLastIndex();
  const terms = Array.from({ length: last }, (_, i) => storage.durableTerm(toIndex(i + 1)));
  return { hardState: storage.durableHardState(), terms, beyond: storage.durableTerm(toIndex(last + 1)) };
}
