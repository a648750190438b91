import { expect, it } from "vitest";
import { createCommand } from "../../src/log/commands.ts";
import { toIndex } from "../../src/raft/types.ts";
import {
  appendTo,
  begun,
  command,
  configuration,
  lastIndex,
  madeLog,
  noop,
  persist,
  run,
  type WithStorage,
} from "./fixture.ts";

/** The Raft log. */
export function entriesContract(withStorage: WithStorage): void {
  const three = [noop(1), noop(2, 2), noop(3, 2)];

  it("are read as they were written", () =>
    withStorage((storage) => {
      const create = madeLog("a", 0, 5);
      const written = [noop(1), command(2, create), noop(3)];
      begun(storage).write(persist({ append: written }));
      expect(storage.entries(toIndex(1), toIndex(3), 1_000)).toEqual(written);
    }));

  it("have a term; index 0 has one too, and a missing entry has none", () =>
    withStorage((storage) => {
      begun(storage, 2).write(persist({ append: three }));
      const terms = [0, 1, 2, 3, 4].map((index) => storage.term(toIndex(index)));
      expect(terms).toEqual([0, 1, 2, 2, null]);
      expect(storage.load()).toMatchObject({ lastIndex: 3, lastTerm: 2 });
    }));

  it("a truncation comes before the entries of the same write", () =>
    withStorage((storage) => {
      begun(storage, 5).write(persist({ append: three }));
      storage.write(persist({ truncateFrom: toIndex(2), append: [noop(2, 5)] }));
      expect(storage.entries(toIndex(1), toIndex(9), 1_000)).toEqual([noop(1), noop(2, 5)]);
      expect(storage.term(toIndex(3))).toBeNull();
    }));

  it("hold the newest configuration up to an index, and an older one after a truncation", () =>
    withStorage((storage) => {
      const [first, second] = [configuration(2, [1, 2, 3]), configuration(4, [1, 2])];
      begun(storage, 5).write(persist({ append: [noop(1), first, noop(3), second] }));
      const found = [1, 2, 3, 4, 9].map((upTo) => storage.configuration(toIndex(upTo)));
      expect(found).toEqual([null, first, first, second, second]);
      expect(storage.entries(toIndex(1), toIndex(9), 10_000)).toEqual([noop(1), first, noop(3), second]);
      storage.write(persist({ truncateFrom: toIndex(4) }));
      expect(storage.configuration(toIndex(9))).toEqual(first);
      storage.write(persist({ truncateFrom: toIndex(1) }));
      expect(storage.configuration(toIndex(9))).toBeNull();
    }));

  it("a range ends with the log, and is empty after it", () =>
    withStorage((storage) => {
      begun(storage, 2).write(persist({ append: three }));
      expect(storage.entries(toIndex(3), toIndex(9), 1_000)).toHaveLength(1);
      expect(storage.entries(toIndex(4), toIndex(9), 1_000)).toEqual([]);
    }));

  it("a range is cut before it exceeds its bytes, and holds at least one", () =>
    withStorage((storage) => {
      run(begun(storage), [createCommand("a"), appendTo("a"), appendTo("a"), appendTo("a")]);
      const bytes = storage.entries(toIndex(2), toIndex(2), 0)[0]?.data.length ?? 0;
      const count = (bytesMax: number) => storage.entries(toIndex(2), toIndex(4), bytesMax).length;
      expect([0, bytes, 2 * bytes - 1, 2 * bytes, 3 * bytes].map(count)).toEqual([1, 1, 1, 2, 3]);
    }));

  it("a gap, a repeat and a truncation before the first entry are refused, and nothing is written", () =>
    withStorage((storage) => {
      begun(storage).write(persist({ append: [noop(1)] }));
      expect(() => storage.write(persist({ append: [noop(3)] }))).toThrow("where 2 was due");
      expect(() => storage.write(persist({ append: [noop(1)] }))).toThrow("where 2 was due");
      expect(() => storage.write(persist({ append: [noop(2), noop(4)] }))).toThrow("where 3 was due");
      expect(() => storage.write(persist({ truncateFrom: toIndex(0) }))).toThrow("before the first");
      expect(lastIndex(storage)).toBe(1);
    }));

  it("an entry too large for a row is refused", () =>
    withStorage((storage) => {
      run(begun(storage), [createCommand("a")]);
      const large = { ...noop(2), kind: "command", data: new Uint8Array(1_920_001) } as const;
      expect(() => storage.write(persist({ append: [large] }))).toThrow("too many for a row");
    }));
}
