import { expect, it } from "vitest";
import { createCommand } from "../../src/log/commands.ts";
import { plainSettings, plainState } from "../../src/log/state.ts";
import { type DocumentCommand, type Settings, toSeq } from "../../src/log/types.ts";
import { toIndex } from "../../src/raft/types.ts";
import { appendTo, begun, everything, forkOf, persist, run, type WithStorage } from "./fixture.ts";

/** State that is read from the rows up to an index. */
export function viewsContract(withStorage: WithStorage): void {
  it("has a name's newest life, as of an index", () =>
    withStorage((storage) => {
      run(begun(storage), [createCommand("a"), appendTo("a", { count: 2 })], { now: 10 });
      run(storage, [{ kind: "delete", name: "a" }], { now: 20 });
      run(storage, [createCommand("a")], { now: 30 });
      const life = (upTo: number) => storage.view(toIndex(upTo)).life("a");
      expect(life(0)).toBeNull();
      const first = { id: 1, name: "a", state: plainState(toSeq(0), 10) };
      expect(life(2)).toEqual({ ...first, deleted: false, index: 1 });
      expect(life(3)).toEqual({ ...first, deleted: true, index: 3 });
      expect(life(4)).toEqual({ ...first, id: 4, deleted: false, index: 4, state: plainState(toSeq(2), 30) });
      expect(storage.view(everything).life("b")).toBeNull();
    }));

  it("has a log's tail, as of an index", () =>
    withStorage((storage) => {
      run(begun(storage), [createCommand("a")], { now: 10 });
      run(storage, [appendTo("a", { count: 2 })], { now: 20 });
      run(storage, [createCommand("b"), appendTo("a", { count: 3 })], { now: 30 });
      const tail = (upTo: number) => storage.view(toIndex(upTo)).tail(toIndex(1));
      expect([1, 2, 3, 4].map(tail)).toEqual([
        { seq: 0, bytes: 0, timestamp: 10 },
        { seq: 2, bytes: 18, timestamp: 20 },
        { seq: 2, bytes: 18, timestamp: 20 },
        { seq: 5, bytes: 44, timestamp: 30 },
      ]);
      expect(() => tail(0)).toThrow("does not exist");
    }));

  it("has a producer's batches, as of an index", () =>
    withStorage((storage) => {
      const tuples = [
        [4, 0],
        [4, 1],
        [5, 0],
      ] as const;
      run(begun(storage), [createCommand("a")]);
      run(
        storage,
        tuples.map(([epoch, seq]) => appendTo("a", { count: 2, producer: { id: "p", epoch, seq } })),
      );
      const seen = storage.view(toIndex(3));
      const second = { index: 3, term: 1, epoch: 4, seq: 1, start: 2, count: 2, timestamp: 1_000 };
      expect(seen.lastBatch(toIndex(1), "p")).toEqual(second);
      expect(seen.batch(toIndex(1), "p", 4, 1)).toEqual(second);
      expect(seen.batch(toIndex(1), "p", 5, 0)).toBeNull();
      expect(seen.lastBatch(toIndex(1), "q")).toBeNull();
      expect(storage.view(everything).lastBatch(toIndex(1), "p")).toMatchObject({ epoch: 5, seq: 0 });
      expect(storage.view(everything).batch(toIndex(1), "p", 4, 0)).toMatchObject({ index: 2, start: 0 });
    }));

  it("a log's state is that of its newest entry that has one, as of an index", () =>
    withStorage((storage) => {
      run(begun(storage), [createCommand("a"), appendTo("a", { count: 4 })]);
      run(storage, [
        { kind: "trim", name: "a", before: 3 },
        appendTo("a", { closes: true, producer: { id: "p", epoch: 1, seq: 0 } }),
      ]);
      const state = (upTo: number) => storage.view(toIndex(upTo)).lifeOf(toIndex(1));
      expect(state(0)).toBeNull();
      expect(state(2)).toMatchObject({ index: 1, state: { earliest: 0, closed: false } });
      expect(state(3)).toMatchObject({ index: 3, state: { earliest: 3, closed: false } });
      const closedBy = { id: "p", epoch: 1, seq: 0 };
      expect(state(4)).toMatchObject({ index: 4, state: { earliest: 3, closed: true, closedBy } });
      expect(storage.view(everything).tail(toIndex(1)).seq).toBe(5);
      expect(storage.view(everything).lastBatch(toIndex(1), "p")).toMatchObject({ start: 4, count: 1 });
    }));

  it("finds the batch that holds a record", () =>
    withStorage((storage) => {
      run(begun(storage), [createCommand("a"), appendTo("a", { count: 2 }), appendTo("a", { count: 3 })]);
      run(storage, [{ kind: "close", name: "a", producer: null }]);
      const at = (seq: number, upTo: number = everything) =>
        storage.view(toIndex(upTo)).batchAt(toIndex(1), seq);
      expect([0, 1].map((seq) => at(seq))).toMatchObject([{ start: 0, count: 2, bytes: 18 }, { start: 0 }]);
      expect([2, 4].map((seq) => at(seq))).toMatchObject([{ start: 2, count: 3, bytes: 44 }, { start: 2 }]);
      expect([at(5), at(2, 2)]).toEqual([null, null]);
    }));

  it("has the forks of a log, as of an index, even deleted ones", () =>
    withStorage((storage) => {
      run(begun(storage), [createCommand("a"), createCommand("b"), forkOf("a", "f"), forkOf("a", "g")]);
      run(storage, [{ kind: "delete", name: "f" }]);
      const forks = (log: number, upTo: number = everything) =>
        storage.view(toIndex(upTo)).forksOf(toIndex(log));
      expect([forks(1, 2), forks(1, 3), forks(2)]).toEqual([[], [3], []]);
      expect(forks(1).toSorted()).toEqual([3, 4]);
    }));

  it("a document is its newest value, as of an index", () =>
    withStorage((storage) => {
      const set = (key: string, value: number | null): DocumentCommand => {
        const bytes = value === null ? null : Uint8Array.of(value);
        return { kind: "document", name: "a", key, value: bytes, expectedVersion: null };
      };
      run(begun(storage), [createCommand("a"), createCommand("b"), set("k", 1), set("l", 2), set("k", 3)]);
      run(storage, [set("l", null), set("m", 4)], { now: 2_000 });
      const at = (key: string, upTo: number = everything) =>
        storage.view(toIndex(upTo)).document(toIndex(1), key);
      expect(at("k", 2)).toBeNull();
      expect(at("k", 3)).toEqual({ key: "k", value: Uint8Array.of(1), version: 3, timestamp: 1_000 });
      expect(at("k")).toMatchObject({ value: Uint8Array.of(3), version: 5 });
      expect([at("l", 4)?.version, at("l")]).toEqual([4, null]);
      expect(storage.view(everything).document(toIndex(2), "k")).toBeNull();
      const listed = (prefix: string, after: string | null, limit: number, upTo = everything) =>
        storage.documents({ log: toIndex(1), prefix, after, limit, upTo }).map(({ key }) => key);
      expect(listed("", null, 9)).toEqual(["k", "m"]);
      expect([listed("", null, 1), listed("", "k", 1), listed("l", null, 9)]).toEqual([["k"], ["m"], []]);
      expect(listed("", null, 9, toIndex(4))).toEqual(["k", "l"]);
    }));

  it("lists logs that time may change, in the order in which they last changed", () =>
    withStorage((storage) => {
      const timed = (name: string, part: Partial<Settings>) =>
        createCommand(name, { settings: { ...plainSettings, ...part } });
      const retention = { ageMs: null, bytes: null, records: 5 };
      run(begun(storage), [
        createCommand("plain"),
        timed("ttl", { ttlSeconds: 9 }),
        timed("kept", { retention }),
      ]);
      run(storage, [timed("gone", { expiresAt: 9_000 }), { kind: "delete", name: "gone" }]);
      run(storage, [{ kind: "close", name: "ttl", producer: null }]);
      const swept = (after: number, limit: number, upTo: number = everything) =>
        storage.swept(toIndex(after), limit, toIndex(upTo)).map(({ name, index }) => [name, index]);
      expect(swept(0, 9)).toEqual([
        ["kept", 3],
        ["ttl", 6],
      ]);
      expect([swept(0, 1), swept(3, 9), swept(6, 9)]).toEqual([[["kept", 3]], [["ttl", 6]], []]);
      expect(swept(0, 9, 4).map(([name]) => name)).toEqual(["ttl", "kept", "gone"]);
    }));

  it("a truncation undoes lives, tails and producers", () =>
    withStorage((storage) => {
      run(begun(storage), [createCommand("a"), appendTo("a")]);
      const producer = { id: "p", epoch: 0, seq: 0 };
      run(storage, [appendTo("a", { producer }), { kind: "delete", name: "a" }, createCommand("b")]);
      storage.write(persist({ truncateFrom: toIndex(3) }));
      const view = storage.view(everything);
      expect(view.life("a")).toMatchObject({ deleted: false });
      expect(view.life("b")).toBeNull();
      expect(view.tail(toIndex(1)).seq).toBe(1);
      expect(view.lastBatch(toIndex(1), "p")).toBeNull();
    }));
}
