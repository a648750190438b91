import { describe, expect, test } from "vitest";
import { mutants } from "../simulation/mutants/mutant-list.ts";
import { MutatedCopy } from "../simulation/mutants/mutated-copy.ts";
import type { Bounds } from "./bounds.ts";
import { explore } from "./exploration.ts";
import { exploreCopy } from "./mutants.ts";
import { startOf } from "./start.ts";
import { renumbered, textOf } from "./text.ts";
import { Visited } from "./visited.ts";

const none = { nodes: 3, heartbeats: 0, proposals: 0, reads: 0, crashes: 0, duplicates: 0 };
const unlimited = { depth: 1_000, states: 1_000_000 };

describe("no order of events breaks an invariant", () => {
  test.each<[string, Bounds, number]>([
    [
      "one election, in which nodes lose what is not on disk",
      { ...none, terms: 1, timeouts: 1, crashes: 1 },
      723,
    ],
    ["two elections", { ...none, terms: 2, timeouts: 2 }, 12_919],
    ["an election and a read", { ...none, terms: 1, timeouts: 1, reads: 1 }, 7_113],
    ["a proposal", { ...none, terms: 1, timeouts: 1, proposals: 1 }, 615],
  ])("%s", { timeout: 60_000 }, (_, bounds, states) => {
    const report = explore(startOf("empty", bounds.nodes), bounds, unlimited);
    expect(report).toMatchObject({ finding: null, isExhausted: true, states });
  });

  test("it goes only as deep as requested", () => {
    const bounds = { ...none, terms: 2, timeouts: 2 };
    const report = explore(startOf("empty", 3), bounds, { ...unlimited, depth: 5 });
    expect(report).toMatchObject({ finding: null, isExhausted: false, depth: 5 });
  });
});

test("a vote that is not written is found, with the steps that lead to it", { timeout: 60_000 }, () => {
  const mutant = mutants.find(({ name }) => name === "forget to persist the vote");
  if (mutant === undefined) throw new Error("there is no such fault");
  const copy = new MutatedCopy();
  try {
    const args = ["--terms", "1", "--timeouts", "2", "--crashes", "1"];
    const verdict = copy.with(mutant, () => exploreCopy(copy.directory, args));
    expect(verdict.found?.finding).toMatch(
      /^node \d votes for \d in term 1, after it voted for \d in term 1$/,
    );
    expect(verdict.found?.steps).toBe(9);
    expect(verdict.states).toBeGreaterThan(100);
  } finally {
    copy.remove();
  }
});

describe("the text of a value", () => {
  const value = {
    id: 1,
    votes: new Map([
      [2, true],
      [1, false],
    ]),
    voters: [2, 1],
    term: 1,
    log: [2, 1],
  };

  test("depends on the order of lists, and on no other order", () => {
    const other = {
      log: [2, 1],
      voters: [1, 2],
      votes: new Map([
        [1, false],
        [2, true],
      ]),
      term: 1,
      id: 1,
    };
    expect(textOf(other)).toBe(textOf(value));
    expect(textOf({ ...value, log: [1, 2] })).not.toBe(textOf(value));
  });

  test("with renumbered nodes differs only in their names", () => {
    const swapped = {
      id: 2,
      votes: new Map([
        [1, true],
        [2, false],
      ]),
      voters: [1, 2],
      term: 1,
      log: [2, 1],
    };
    expect(textOf(renumbered(value, [0, 2, 1]))).toBe(textOf(swapped));
  });
});

test("among many states, each is counted once and has the path that led to it", () => {
  const visited = new Visited();
  const count = 200_000;
  for (let i = 0; i < count; i++) expect(visited.add([i, i % 7], Math.max(0, i - 1))).toBe(i);
  for (let i = 0; i < count; i += 1_000) expect(visited.add([i, i % 7], 0)).toBeNull();
  expect(visited.size).toBe(count);
  expect(visited.pathTo(3)).toEqual([0, 1, 2, 3]);
  expect(visited.isAt(count - 1, [count - 1, (count - 1) % 7])).toBe(true);
});
