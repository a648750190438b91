import { expect, it } from "vitest";
import { createCommand } from "../../src/log/commands.ts";
import { plainSettings } from "../../src/log/state.ts";
import { toIndex } from "../../src/raft/types.ts";
import type { Storage } from "../../src/storage/contract.ts";
import { appendTo, begun, everything, run, type WithStorage } from "./fixture.ts";

/** The logs that exist, and those that changed. */
export function namesContract(withStorage: WithStorage): void {
  const listed = (
    storage: Storage,
    range: { prefix?: string; after?: string; limit?: number; upTo?: number },
  ) =>
    storage.names({
      prefix: range.prefix ?? "",
      after: range.after ?? null,
      limit: range.limit ?? 100,
      upTo: toIndex(range.upTo ?? everything),
    });

  const create = (storage: Storage, made: readonly string[]) =>
    run(
      storage,
      made.map((name) => createCommand(name)),
    );

  it("of the logs that exist, in code point order", () =>
    withStorage((storage) => {
      create(begun(storage), ["b", "a", "\u{1F600}", "\uFF5E", "ab", "B", "é"]);
      run(storage, [{ kind: "delete", name: "b" }]);
      expect(listed(storage, {})).toEqual(["B", "a", "ab", "é", "\uFF5E", "\u{1F600}"]);
      expect(listed(storage, { upTo: 2 })).toEqual(["a", "b"]);
    }));

  it("with a prefix, after a name, and no more than the limit", () =>
    withStorage((storage) => {
      create(begun(storage), ["a", "a%", "a/1", "a/2", "a/3", "a/\u{1F600}", "b", "A/1"]);
      expect(listed(storage, { prefix: "a/" })).toEqual(["a/1", "a/2", "a/3", "a/\u{1F600}"]);
      expect(listed(storage, { prefix: "a/", after: "a/1", limit: 2 })).toEqual(["a/2", "a/3"]);
      expect(listed(storage, { prefix: "a%" })).toEqual(["a%"]);
      expect(listed(storage, { after: "a/3" })).toEqual(["a/\u{1F600}", "b"]);
      expect(listed(storage, { prefix: "a/", after: "b" })).toEqual([]);
      expect(listed(storage, { prefix: "b", after: "a" })).toEqual(["b"]);
    }));

  it("a name is listed again with a new life", () =>
    withStorage((storage) => {
      create(begun(storage), ["a"]);
      run(storage, [{ kind: "delete", name: "a" }]);
      expect(listed(storage, {})).toEqual([]);
      create(storage, ["a"]);
      expect(listed(storage, {})).toEqual(["a"]);
      expect(listed(storage, { upTo: 2 })).toEqual([]);
    }));

  it("touched logs are those created, appended to or deleted", () =>
    withStorage((storage) => {
      create(begun(storage), ["a", "b", "c"]);
      run(storage, [appendTo("a"), appendTo("b"), appendTo("a"), { kind: "delete", name: "c" }]);
      const touched = (after: number, upTo: number) =>
        storage.touched(toIndex(after), toIndex(upTo)).toSorted();
      expect(touched(0, 3)).toEqual([1, 2, 3]);
      expect(touched(3, 5)).toEqual([1, 2]);
      expect(touched(4, 6)).toEqual([1, 2]);
      expect(touched(5, 7)).toEqual([1, 3]);
    }));

  it("a new life also touches the life before it, which may have ended by its time alone", () =>
    withStorage((storage) => {
      const timed = createCommand("a", { settings: { ...plainSettings, expiresAt: 1_500 } });
      run(begun(storage), [timed, createCommand("b"), appendTo("a")], { now: 1_000 });
      run(storage, [createCommand("a"), createCommand("c")], { now: 2_000 });
      const touched = (after: number, upTo: number) =>
        storage.touched(toIndex(after), toIndex(upTo)).toSorted();
      expect([touched(0, 3), touched(3, 5), touched(4, 5)]).toEqual([[1, 2], [1, 4, 5], [5]]);
      run(storage, [{ kind: "delete", name: "a" }, createCommand("a")]);
      expect(touched(6, 7)).toEqual([4, 7]);
    }));
}
