import fc from "fast-check";
import { expect, it } from "vitest";
import { RecentEntries } from "../../src/node/recent-entries.ts";
import { createEntry, isIntact } from "../../src/raft/entry.ts";
import { type Entry, toIndex } from "../../src/raft/types.ts";
import type { Storage } from "../../src/storage/contract.ts";
import { begun, persist } from "../storage/fixture.ts";
import { memoryStorage } from "../storage/node-database.ts";

interface Step {
  /** How many entries to take off the end, before adding. */
  readonly drop: number;
  readonly sizes: readonly number[];
}

const anyStep: fc.Arbitrary<Step> = fc.record({
  drop: fc.nat(3),
  sizes: fc.array(fc.constantFrom(0, 10, 100_000, 600_000), { maxLength: 6 }),
});

/** No-ops carry no data, but here they may: storage must not look into the data. */
const entryOf = (index: number, term: number, bytes: number): Entry =>
  createEntry(toIndex(index), term, "noop", new Uint8Array(bytes));

/** The checksum stands for the data: to compare megabytes byte by byte takes long. */
const shown = (entries: readonly Entry[]): unknown =>
  entries.map((entry) => ({ ...entry, data: entry.data.length, isIntact: isIntact(entry) }));

it("answers as the storage behind it does, whatever was written, truncated, and forgotten", () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 20 }), fc.nat(2_000_000), (steps, bytesMax) => {
      const storage = begun(memoryStorage());
      const recent = new RecentEntries(storage);
      let last = 0;
      for (const [at, { drop, sizes }] of steps.entries()) {
        const start = drop > 0 ? Math.max(0, last - drop) : last;
        const truncateFrom = drop > 0 ? toIndex(start + 1) : null;
        const written = persist({
          truncateFrom,
          append: sizes.map((bytes, i) => entryOf(start + 1 + i, at + 1, bytes)),
        });
        storage.write(written);
        recent.written(written);
        last = start + sizes.length;
      }
      for (let from = 1; from <= last; from++) {
        const range = [toIndex(from), toIndex(last), bytesMax] as const;
        expect(shown(recent.entries(...range))).toEqual(shown(storage.entries(...range)));
        expect(recent.term(toIndex(from))).toBe(storage.term(toIndex(from)));
      }
      expect(recent.term(toIndex(last + 1))).toBeNull();
      expect(recent.term(toIndex(0))).toBe(0);
    }),
    { numRuns: 30 },
  );
});

it("holds no more than its share, however long the log", () => {
  const storage = begun(memoryStorage());
  let reads = 0;
  const counting = {
    configuration: storage.configuration.bind(storage),
    term: storage.term.bind(storage),
    rows: storage.rows.bind(storage),
    entries: (...range: Parameters<Storage["entries"]>) => {
      reads += 1;
      return storage.entries(...range);
    },
  };
  const recent = new RecentEntries(counting);
  for (let index = 1; index <= 40; index++) {
    const written = persist({ append: [entryOf(index, 1, 100_000)] });
    storage.write(written);
    recent.written(written);
  }
  recent.entries(toIndex(40), toIndex(40), 1_000_000);
  expect(reads).toBe(0);
  recent.entries(toIndex(20), toIndex(20), 1_000_000);
  expect(reads).toBe(1);
});
