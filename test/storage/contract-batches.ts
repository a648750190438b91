import { expect, it } from "vitest";
import { createCommand } from "../../src/log/commands.ts";
import { toSeq } from "../../src/log/types.ts";
import { toIndex } from "../../src/raft/types.ts";
import type { BatchRange, Storage } from "../../src/storage/contract.ts";
import { appendTo, begun, everything, lastIndex, run, type WithStorage } from "./fixture.ts";

/** Pages of a log. */
export function batchesContract(withStorage: WithStorage): void {
  const base = {
    log: toIndex(1),
    from: toSeq(0),
    until: toSeq(1_000),
    recordsMax: 1_000,
    bytesMax: 1_000_000,
    upTo: everything,
  };

  /** Starts of the batches of a deleted log, which has batches at 0, 2, 4 and 6. */
  const starts = (storage: Storage, range: Partial<BatchRange>) =>
    storage.batches({ ...base, ...range }).map((found) => found.start);

  const four = (storage: Storage) => {
    const append = (fill: number) => appendTo("a", { count: 2, fill });
    run(begun(storage), [createCommand("a"), createCommand("b")]);
    run(storage, [append(1), append(2), appendTo("b"), append(3), append(4), { kind: "delete", name: "a" }]);
  };

  it("are returned in order, as they were appended", () =>
    withStorage((storage) => {
      four(storage);
      const [first] = storage.batches(base);
      expect(first).toMatchObject({ start: 0, count: 2, timestamp: 1_000 });
      expect(new Uint8Array(first?.records ?? [])).toEqual(appendRecords(1));
      expect(starts(storage, {})).toEqual([0, 2, 4, 6]);
    }));

  it("begin with the batch that holds the first record", () =>
    withStorage((storage) => {
      four(storage);
      const from = (seq: number) => starts(storage, { from: toSeq(seq) });
      expect(from(2)).toEqual([2, 4, 6]);
      expect(from(3)).toEqual([2, 4, 6]);
      expect(from(7)).toEqual([6]);
      expect(from(8)).toEqual([]);
    }));

  it("end before `until`, and at the row `upTo`", () =>
    withStorage((storage) => {
      four(storage);
      expect(starts(storage, { until: toSeq(4) })).toEqual([0, 2]);
      expect(starts(storage, { until: toSeq(5) })).toEqual([0, 2, 4]);
      expect(starts(storage, { upTo: toIndex(4) })).toEqual([0, 2]);
    }));

  it("stop once enough records are covered", () =>
    withStorage((storage) => {
      four(storage);
      const count = (from: number, recordsMax: number) =>
        starts(storage, { from: toSeq(from), recordsMax }).length;
      expect([1, 2, 3, 4, 5].map((max) => count(0, max))).toEqual([1, 1, 2, 2, 3]);
      expect([1, 2, 3].map((max) => count(1, max))).toEqual([1, 2, 2]);
    }));

  it("stop before they exceed their bytes, but hold at least one", () =>
    withStorage((storage) => {
      four(storage);
      const bytes = storage.entries(toIndex(3), toIndex(3), 0)[0]?.data.length ?? 0;
      const count = (bytesMax: number) => starts(storage, { bytesMax }).length;
      expect([0, bytes, 2 * bytes - 1, 2 * bytes].map(count)).toEqual([1, 1, 1, 2]);
    }));

  it("of a new life begin where the deleted one ended", () =>
    withStorage((storage) => {
      four(storage);
      run(storage, [createCommand("a"), appendTo("a", { count: 5 })]);
      const log = toIndex(lastIndex(storage) - 1);
      expect(starts(storage, { log })).toEqual([8]);
      expect(starts(storage, { log, recordsMax: 5 })).toEqual([8]);
      expect(starts(storage, {})).toEqual([0, 2, 4, 6]);
    }));
}

function appendRecords(fill: number): Uint8Array {
  const append = appendTo("a", { count: 2, fill });
  return append.kind === "append" ? append.records : new Uint8Array();
}
