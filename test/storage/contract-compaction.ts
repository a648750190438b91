import { expect, it } from "vitest";
import { createCommand } from "../../src/log/commands.ts";
import { plainSettings } from "../../src/log/state.ts";
import { type Command, type CreateCommand, toSeq } from "../../src/log/types.ts";
import { type Entry, toIndex } from "../../src/raft/types.ts";
import type { Storage } from "../../src/storage/contract.ts";
import {
  appendTo,
  begun,
  changedLog,
  command,
  configuration,
  deletedLog,
  everything,
  forkOf,
  lastIndex,
  madeLog,
  noop,
  persist,
  run,
  type WithStorage,
} from "./fixture.ts";

/** The removal of dead rows. */
export function compactionContract(withStorage: WithStorage): void {
  const create = createCommand("a");
  const remove = { kind: "delete", name: "a" } as const;

  it("the mark moves, and is loaded again", () =>
    withStorage((storage) => {
      run(begun(storage), [create, appendTo("a"), appendTo("a")]);
      compactTo(storage, 2);
      expect(storage.load()).toMatchObject({
        lastIndex: 3,
        snapshot: { index: 2, term: 1, readableIndex: 0 },
      });
      expect(indexes(storage)).toEqual([1, 2, 3]);
    }));

  it("no-ops and older configurations are removed, up to the mark", () =>
    withStorage((storage) => {
      const configurations = [configuration(2, [1, 2, 3]), configuration(3, [1, 2]), configuration(5, [1])];
      const [first, second, third] = configurations as [Entry, Entry, Entry];
      begun(storage).write(persist({ append: [noop(1), first, second, noop(4), third, noop(6)] }));
      compactTo(storage, 4);
      expect(storage.removeDead(100)).toBe(true);
      expect(indexes(storage)).toEqual([3, 5, 6]);
      expect([4, 9].map((upTo) => storage.configuration(toIndex(upTo))?.index)).toEqual([3, 5]);
      expect([3, 4, 5].map((index) => storage.term(toIndex(index)))).toEqual([1, null, 1]);
    }));

  it("the end of a deleted log stays, because the next life continues there", () =>
    withStorage((storage) => {
      run(begun(storage), [create, appendTo("a", { count: 3 }), appendTo("a"), remove, appendTo("a")]);
      compactTo(storage, 4);
      storage.removeDead(100);
      expect(indexes(storage)).toEqual([4]);
      expect(storage.view(everything).life("a")).toMatchObject({ id: 1, deleted: true, state: { start: 0 } });
      expect(storage.view(everything).tail(toIndex(1)).seq).toBe(4);
      run(storage, [create, appendTo("a")]);
      expect(storage.view(everything).life("a")).toMatchObject({
        id: 5,
        deleted: false,
        state: { start: 4 },
      });
    }));

  it("of several lives of a name only the newest stays, with all its rows", () =>
    withStorage((storage) => {
      const life = [create, appendTo("a"), remove];
      run(begun(storage), [...life, ...life, create, appendTo("a", { count: 2, fill: 7 })]);
      compactTo(storage, 8);
      storage.removeDead(100);
      expect(indexes(storage)).toEqual([7, 8]);
      const range = { recordsMax: 9, bytesMax: 999, upTo: everything };
      const batches = storage.batches({ log: toIndex(7), from: toSeq(0), until: toSeq(9), ...range });
      expect(batches).toMatchObject([{ start: 2, count: 2 }]);
      expect(storage.names({ prefix: "", after: null, limit: 9, upTo: everything })).toEqual(["a"]);
    }));

  it("a deletion after the mark removes nothing yet", () =>
    withStorage((storage) => {
      run(begun(storage), [create, appendTo("a"), remove, createCommand("b")]);
      compactTo(storage, 2);
      expect(storage.removeDead(100)).toBe(true);
      expect(indexes(storage)).toEqual([1, 2, 3, 4]);
      compactTo(storage, 3);
      storage.removeDead(100);
      expect(indexes(storage)).toEqual([3, 4]);
    }));

  it.each([1, 2, 3])("%i rows at a time give the same result, and the last call reports it", (rowsMax) =>
    withStorage((storage) => {
      const life = [create, appendTo("a"), appendTo("a"), appendTo("a"), remove];
      run(begun(storage), [...life, ...life, create]);
      compactTo(storage, 11);
      const counts = [indexes(storage).length];
      for (let runs = 0; !storage.removeDead(rowsMax) && runs < 100; runs++)
        counts.push(indexes(storage).length);
      expect(indexes(storage)).toEqual([11]);
      const steps = counts.slice(1).map((count, i) => (counts[i] ?? 0) - count);
      expect(Math.max(...steps)).toBeLessThanOrEqual(rowsMax);
      expect(storage.removeDead(rowsMax)).toBe(true);
    }),
  );

  const ending = { ...plainSettings, ttlSeconds: 1 };
  const timed = (command: CreateCommand): CreateCommand => ({ ...command, settings: ending });

  it.each([100, 4, 3])(
    "an old life that ended without an entry is removed completely, %i rows at a time",
    (rowsMax) =>
      withStorage((storage) => {
        const six = Array.from({ length: 6 }, () => appendTo("a"));
        const fence: Command = { kind: "fence", name: "a", token: "x" };
        run(begun(storage), [timed(create), ...six, fence, appendTo("a")]);
        compactTo(storage, 9);
        removeAllDead(storage, rowsMax);
        run(storage, [create], { now: 100_000 });
        compactTo(storage, 10);
        removeAllDead(storage, rowsMax);
        expect(indexes(storage)).toEqual([10]);
      }),
  );

  it.each([100, 4, 3])("and its source is released, if it was a fork, %i rows at a time", (rowsMax) =>
    withStorage((storage) => {
      run(begun(storage), [createCommand("b"), appendTo("b"), appendTo("b"), timed(forkOf("b", "a"))]);
      run(storage, [appendTo("a"), appendTo("a"), appendTo("a"), { kind: "delete", name: "b" }]);
      compactTo(storage, 8);
      removeAllDead(storage, rowsMax);
      run(storage, [create], { now: 100_000 });
      compactTo(storage, 9);
      removeAllDead(storage, rowsMax);
      expect(indexes(storage)).toEqual([8, 9]);
    }),
  );

  it("a life without its first row still causes the removal of earlier lives", () =>
    withStorage((storage) => {
      run(begun(storage), [create, appendTo("a"), remove, create]);
      const fenced = command(5, changedLog("a", toIndex(4), 1));
      storage.write(persist({ truncateFrom: toIndex(4) }));
      const mark = { index: toIndex(5), term: 1, readableIndex: toIndex(5) };
      storage.write(persist({ snapshot: { mark, rows: [fenced] } }));
      storage.removeDead(100);
      expect(indexes(storage)).toEqual([5]);
    }));

  it.each([100, 1])(
    "a replaced state leaves its batch and its producer's batch, %i rows at a time",
    (rowsMax) =>
      withStorage((storage) => {
        const producer = { id: "p", epoch: 0, seq: 0 };
        const { count, records } = appendTo("a");
        run(begun(storage), [createCommand("a", { batch: { count, records }, settings: ending })]);
        run(storage, [appendTo("a", { writerSeq: "1" }), appendTo("a", { writerSeq: "2", producer })]);
        run(storage, [{ kind: "fence", name: "a", token: "x" }, appendTo("a", { writerSeq: "3" })]);
        const wanted = seen(storage);
        compactTo(storage, 5);
        removeAllDead(storage, rowsMax);
        expect(indexes(storage)).toEqual([1, 2, 3, 5]);
        expect(seen(storage)).toEqual(wanted);
        run(storage, [{ kind: "trim", name: "a", before: 4 }]);
        compactTo(storage, 6);
        removeAllDead(storage, rowsMax);
        expect(indexes(storage)).toEqual([3, 6]);
      }),
  );

  it.each([100, 1])("records are removed without the row that trimmed them, %i rows at a time", (rowsMax) =>
    withStorage((storage) => {
      const fence = (name: string): Command => ({ kind: "fence", name, token: "x" });
      const appends = [appendTo("a"), appendTo("a"), forkOf("a", "b"), appendTo("b")];
      const trims: Command[] = [{ kind: "trim", name: "a", before: 2 }, fence("a")];
      run(begun(storage), [create, ...appends, ...trims, { kind: "trim", name: "b", before: 3 }, fence("b")]);
      const rows = storage.entries(toIndex(7), toIndex(9), 10_000).filter(({ index }) => index !== 8);
      storage.write(persist({ truncateFrom: toIndex(6) }));
      const mark = { index: toIndex(9), term: 1, readableIndex: toIndex(9) };
      storage.write(persist({ snapshot: { mark, rows } }));
      removeAllDead(storage, rowsMax);
      expect(indexes(storage)).toEqual([7, 9]);
    }),
  );

  it.each([100, 1])("lives that later parts of a snapshot omit are removed, %i rows at a time", (rowsMax) =>
    withStorage((storage) => {
      const value = Uint8Array.of(1);
      const document: Command = { kind: "document", name: "a", key: "k", value, expectedVersion: null };
      run(begun(storage), [create, appendTo("a"), document, appendTo("a"), remove, create, appendTo("a")]);
      const rows = storage.entries(toIndex(2), toIndex(7), 10_000);
      storage.write(persist({ truncateFrom: toIndex(1) }));
      const mark = { term: 1, readableIndex: toIndex(6) };
      storage.write(persist({ snapshot: { mark: { ...mark, index: toIndex(4) }, rows: rows.slice(0, 3) } }));
      storage.write(persist({ snapshot: { mark: { ...mark, index: toIndex(6) }, rows: rows.slice(4, 5) } }));
      storage.write(persist({ append: rows.slice(5) }));
      storage.write(persist({ snapshot: { mark: { ...mark, index: toIndex(7) }, rows: [] } }));
      removeAllDead(storage, rowsMax);
      expect(indexes(storage)).toEqual([6, 7]);
    }),
  );

  it("rows of a snapshot have gaps, and the log ends at its mark", () =>
    withStorage((storage) => {
      begun(storage, 3).write(persist({ append: [noop(1), noop(2)] }));
      const made = command(4, madeLog("a", 0, 5), 2);
      const mark = { index: toIndex(6), term: 2, readableIndex: toIndex(9) };
      storage.write(persist({ truncateFrom: toIndex(2), snapshot: { mark, rows: [made] } }));
      expect(storage.load()).toMatchObject({ lastIndex: 6, lastTerm: 2, snapshot: mark });
      expect(indexes(storage)).toEqual([1, 4]);
      storage.write(persist({ append: [noop(7, 3)] }));
      expect(storage.load()).toMatchObject({ lastIndex: 7, lastTerm: 3 });
      expect(storage.entries(toIndex(7), everything, 100)).toEqual([noop(7, 3)]);
      expect(() => storage.entries(toIndex(3), everything, 100)).toThrow("entry 3 is missing");
    }));

  it("a life may lack its first row after a snapshot, and is removed later like any other", () =>
    withStorage((storage) => {
      const mark = { index: toIndex(2), term: 1, readableIndex: toIndex(5) };
      begun(storage).write(persist({ snapshot: { mark, rows: [] } }));
      const log = toIndex(1);
      const ended = command(3, deletedLog("a", log, 2, 5));
      const made = command(4, madeLog("a", 2, 6));
      storage.write(persist({ append: [ended, made, noop(5)] }));
      compactTo(storage, 5);
      storage.removeDead(100);
      expect(indexes(storage)).toEqual([4]);
      expect(lastIndex(storage)).toBe(5);
    }));

  it("rows are returned up to a size and a number, at least one", () =>
    withStorage((storage) => {
      run(begun(storage), [create, appendTo("a"), appendTo("a"), appendTo("a")]);
      const bytes = storage.entries(toIndex(2), toIndex(2), 0)[0]?.data.length ?? 0;
      const found = (bytesMax: number, countMax: number) =>
        storage.rows(toIndex(2), everything, bytesMax, countMax).length;
      expect([found(0, 9), found(2 * bytes, 9), found(9 * bytes, 2), found(9 * bytes, 9)]).toEqual([
        1, 2, 2, 3,
      ]);
      expect(storage.rows(toIndex(5), everything, 9, 9)).toEqual([]);
    }));

  it("rows that overlap the log, or lie after the mark, are refused, and nothing is written", () =>
    withStorage((storage) => {
      begun(storage).write(persist({ append: [noop(1)] }));
      const mark = { index: toIndex(3), term: 1, readableIndex: toIndex(3) };
      for (const row of [noop(1), noop(4)])
        expect(() => storage.write(persist({ snapshot: { mark, rows: [row] } }))).toThrow(
          "of a snapshot to 3",
        );
      expect(storage.load()).toMatchObject({ lastIndex: 1, snapshot: { index: 0 } });
    }));
}

function removeAllDead(storage: Storage, rowsMax: number): void {
  for (let runs = 0; !storage.removeDead(rowsMax) && runs < 100; runs++);
}

function compactTo(storage: Storage, index: number): void {
  const term = storage.term(toIndex(index)) ?? 0;
  const mark = { index: toIndex(index), term, readableIndex: toIndex(0) };
  storage.write(persist({ snapshot: { mark, rows: [] } }));
}

/** All that can be read of the log that row 1 created. */
function seen(storage: Storage): unknown {
  const [log, view] = [toIndex(1), storage.view(everything)];
  const range = { from: toSeq(0), until: toSeq(9), recordsMax: 9, bytesMax: 999, upTo: everything };
  return {
    batches: storage.batches({ log, ...range }),
    life: view.life("a"),
    tail: view.tail(log),
    ends: [0, 1, 2, 3].map((seq) => view.batchAt(log, seq)),
    produced: [view.lastBatch(log, "p"), view.batch(log, "p", 0, 0)],
    swept: storage.swept(toIndex(0), 9, everything),
  };
}

function indexes(storage: Storage): readonly number[] {
  return storage.rows(toIndex(1), everything, 1_000_000, 1_000).map(({ index }) => index);
}
