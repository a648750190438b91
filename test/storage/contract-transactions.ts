import { expect, it } from "vitest";
import { toIndex } from "../../src/raft/types.ts";
import { begun, everything, identity, lastIndex, noop, persist, type WithStorage } from "./fixture.ts";

/** Writes that belong together. */
export function transactionsContract(withStorage: WithStorage): void {
  it("return the result of their body", () =>
    withStorage((storage) => expect(storage.transaction(() => "done")).toBe("done")));

  it("write nothing if they throw", () =>
    withStorage((storage) => {
      begun(storage).write(persist({ append: [noop(1), noop(2)] }));
      const failing = () =>
        storage.transaction(() => {
          storage.write(persist({ truncateFrom: toIndex(2), append: [noop(2, 3), noop(3, 3)] }));
          storage.write(persist({ hardState: { currentTerm: 9, votedFor: 1 }, truncateFrom: toIndex(1) }));
          throw new Error("no");
        });
      expect(failing).toThrow("no");
      expect(storage.entries(toIndex(1), everything, 1_000)).toEqual([noop(1), noop(2)]);
      expect(storage.load()?.hardState).toEqual({ currentTerm: 1, votedFor: null });
      storage.write(persist({ append: [noop(3)] }));
      expect(lastIndex(storage)).toBe(3);
    }));

  it("see their own writes", () =>
    withStorage((storage) => {
      begun(storage);
      storage.transaction(() => {
        storage.write(persist({ append: [noop(1)] }));
        expect(storage.term(toIndex(1))).toBe(1);
        storage.write(persist({ append: [noop(2)] }));
      });
      expect(lastIndex(storage)).toBe(2);
    }));

  it("can hold a whole bootstrap", () =>
    withStorage((storage) => {
      storage.transaction(() => {
        storage.prepare(identity);
        storage.start();
      });
      expect(storage.load()?.phase).toBe("started");
    }));
}
