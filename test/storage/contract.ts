import { describe, expect, it } from "vitest";
import { noSnapshot, toIndex } from "../../src/raft/types.ts";
import { batchesContract } from "./contract-batches.ts";
import { compactionContract } from "./contract-compaction.ts";
import { entriesContract } from "./contract-entries.ts";
import { namesContract } from "./contract-names.ts";
import { transactionsContract } from "./contract-transactions.ts";
import { viewsContract } from "./contract-views.ts";
import { begun, identity, noop, persist, type WithStorage } from "./fixture.ts";

/** The contract of every implementation of `Storage`. */
export function storageContract(name: string, withStorage: WithStorage): void {
  describe(`${name}: a node's state`, () => nodeStateContract(withStorage));
  describe(`${name}: entries`, () => entriesContract(withStorage));
  describe(`${name}: compaction`, () => compactionContract(withStorage));
  describe(`${name}: transactions`, () => transactionsContract(withStorage));
  describe(`${name}: views`, () => viewsContract(withStorage));
  describe(`${name}: batches`, () => batchesContract(withStorage));
  describe(`${name}: names and touched logs`, () => namesContract(withStorage));
}

function nodeStateContract(withStorage: WithStorage): void {
  it("an untouched storage loads as null", () => withStorage((storage) => expect(storage.load()).toBeNull()));

  it("an untouched storage stays so when its use is tried", () =>
    withStorage((storage) => {
      storage.assertCurrent();
      expect(storage.load()).toBeNull();
    }));

  it("a node is prepared, then started", () =>
    withStorage((storage) => {
      storage.prepare(identity);
      const hardState = { currentTerm: 0, votedFor: null };
      const empty = { hardState, quiesceMark: null, lastIndex: 0, lastTerm: 0, snapshot: noSnapshot };
      expect(storage.load()).toEqual({ identity, phase: "prepared", ...empty });
      storage.start();
      expect(storage.load()).toMatchObject({ phase: "started" });
    }));

  it("a node is prepared only once", () =>
    withStorage((storage) => {
      storage.prepare(identity);
      expect(() => storage.prepare(identity)).toThrow("the node has an identity");
    }));

  it("an unprepared node can neither start nor write", () =>
    withStorage((storage) => {
      expect(() => storage.start()).toThrow();
      expect(() => storage.write(persist({ append: [noop(1)] }))).toThrow();
      expect(storage.load()).toBeNull();
    }));

  it("term and vote are kept", () =>
    withStorage((storage) => {
      begun(storage).write(persist({ hardState: { currentTerm: 7, votedFor: 3 } }));
      expect(storage.load()?.hardState).toEqual({ currentTerm: 7, votedFor: 3 });
      storage.write(persist({ hardState: { currentTerm: 8, votedFor: null } }));
      expect(storage.load()?.hardState).toEqual({ currentTerm: 8, votedFor: null });
    }));

  it("the mark of a sleeping node is kept until it is awake", () =>
    withStorage((storage) => {
      const quiesce = { term: 1, leader: 3, index: toIndex(2), round: 7 };
      begun(storage).write(persist({ append: [noop(1), noop(2)] }));
      expect(storage.load()?.quiesceMark).toBeNull();
      storage.write(persist({ quiesce }));
      expect(storage.load()?.quiesceMark).toEqual(quiesce);
      storage.write(persist({ hardState: { currentTerm: 2, votedFor: null } }));
      expect(storage.load()?.quiesceMark).toEqual(quiesce);
      storage.write(persist({ quiesce: "awake", append: [noop(3, 2)] }));
      expect(storage.load()).toMatchObject({
        quiesceMark: null,
        lastIndex: 3,
        hardState: { currentTerm: 2 },
      });
    }));
}
