import { describe, expect, test } from "vitest";
import { lastIndexWithTermAtMost, termAt } from "../../src/raft/state.ts";
import { toIndex } from "../../src/raft/types.ts";
import { Cluster } from "./harness/cluster.ts";

const stateOf = (terms: readonly number[]) => new Cluster({ size: 1, logs: { 1: terms } }).node(1).state;

describe("the last index up to `from` whose term is at most `term`", () => {
  const log = [1, 1, 4, 4, 4, 7];
  test.each([
    [6, 9, 6],
    [6, 7, 6],
    [6, 6, 5],
    [6, 4, 5],
    [6, 3, 2],
    [6, 1, 2],
    [6, 0, 0],
    [4, 7, 4],
    [4, 4, 4],
    [4, 3, 2],
    [2, 1, 2],
    [1, 1, 1],
    [1, 0, 0],
    [0, 9, 0],
  ])("from %i, term %i: %i", (from, term, expected) => {
    expect(lastIndexWithTermAtMost(stateOf(log), toIndex(from), term)).toBe(expected);
  });

  test("agrees with a search one by one", () => {
    const state = stateOf([1, 2, 2, 3, 5, 5, 5, 8, 9, 9, 12]);
    for (let from = 0; from <= 11; from++) {
      for (let term = 0; term <= 13; term++) {
        let expected = from;
        while ((termAt(state, toIndex(expected)) ?? 0) > term) expected -= 1;
        expect(lastIndexWithTermAtMost(state, toIndex(from), term)).toBe(expected);
      }
    }
  });

  test("throws beyond the log's end, because that is a bug", () => {
    expect(() => lastIndexWithTermAtMost(stateOf(log), toIndex(20), 4)).toThrow("no entry");
  });
});

test("the term of an entry: 0 before the first one; null, never 0, if there is no entry", () => {
  const state = stateOf([3, 5]);
  expect([0, 1, 2, 3, 9].map((index) => termAt(state, toIndex(index)))).toEqual([0, 3, 5, null, null]);
  expect([0, 1].map((index) => termAt(stateOf([]), toIndex(index)))).toEqual([0, null]);
});
