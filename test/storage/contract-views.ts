import { expect, it } from "vitest";
import { toIndex } from "../../src/raft/types.ts";
import { appendTo, begun, everything, persist, run, type WithStorage } from "./fixture.ts";

/** What is read off the rows up to an index. */
export function viewsContract(withStorage: WithStorage): void {
  it("a name's newest life, as of an index", () =>
    withStorage((storage) => {
      run(begun(storage), [{ kind: "create", name: "a" }, appendTo("a", { count: 2 })], { now: 10 });
      run(storage, [{ kind: "delete", name: "a" }], { now: 20 });
      run(storage, [{ kind: "create", name: "a" }], { now: 30 });
      const life = (upTo: number) => storage.view(toIndex(upTo)).life("a");
      expect(life(0)).toBeNull();
      expect(life(2)).toEqual({ id: 1, name: "a", deleted: false, start: 0, createdAt: 10 });
      expect(life(3)).toEqual({ id: 1, name: "a", deleted: true, start: 0, createdAt: 10 });
      expect(life(4)).toEqual({ id: 4, name: "a", deleted: false, start: 2, createdAt: 30 });
      expect(storage.view(everything).life("b")).toBeNull();
    }));

  it("a log's tail, as of an index", () =>
    withStorage((storage) => {
      run(begun(storage), [{ kind: "create", name: "a" }], { now: 10 });
      run(storage, [appendTo("a", { count: 2 })], { now: 20 });
      run(storage, [{ kind: "create", name: "b" }, appendTo("a", { count: 3 })], { now: 30 });
      const tail = (upTo: number) => storage.view(toIndex(upTo)).tail(toIndex(1));
      expect([1, 2, 3, 4].map(tail)).toEqual([
        { seq: 0, timestamp: 10 },
        { seq: 2, timestamp: 20 },
        { seq: 2, timestamp: 20 },
        { seq: 5, timestamp: 30 },
      ]);
      expect(() => tail(0)).toThrow("does not exist");
    }));

  it("a producer's batches, as of an index", () =>
    withStorage((storage) => {
      const tuples = [
        [4, 0],
        [4, 1],
        [5, 0],
      ] as const;
      run(begun(storage), [{ kind: "create", name: "a" }]);
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

  it("a truncation takes lives, tails and producers back", () =>
    withStorage((storage) => {
      run(begun(storage), [{ kind: "create", name: "a" }, appendTo("a")]);
      const producer = { id: "p", epoch: 0, seq: 0 };
      run(storage, [
        appendTo("a", { producer }),
        { kind: "delete", name: "a" },
        { kind: "create", name: "b" },
      ]);
      storage.write(persist({ truncateFrom: toIndex(3) }));
      const view = storage.view(everything);
      expect(view.life("a")).toMatchObject({ deleted: false });
      expect(view.life("b")).toBeNull();
      expect(view.tail(toIndex(1)).seq).toBe(1);
      expect(view.lastBatch(toIndex(1), "p")).toBeNull();
    }));
}
