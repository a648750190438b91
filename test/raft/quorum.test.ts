import { describe, expect, test } from "vitest";
import { electionResult, isMember, reachedByMajority } from "../../src/raft/quorum.ts";

const voters = (count: number): { voters: number[] } => ({
  voters: Array.from({ length: count }, (_, i) => i + 1),
});

describe("the largest value that a majority has reached", () => {
  test.each([
    [[7], 7],
    [[7, 3], 3],
    [[0, 9, 5], 5],
    [[5, 5, 5], 5],
    [[9, 0, 0], 0],
    [[4, 8, 6, 2], 4],
    [[1, 2, 3, 4, 5], 3],
    [[100, 20, 3, 3, 100], 20],
    [[10, 9, 100, 8, 7], 9],
    [[Number.NEGATIVE_INFINITY, 5, 6], 5],
  ])("of %j is %i", (reached, expected) => {
    expect(reachedByMajority(voters(reached.length), (id) => reached[id - 1] ?? 0)).toBe(expected);
  });

  test("counts voters only, and is 0 without any", () => {
    expect(reachedByMajority({ voters: [2, 4, 9] }, (id) => id)).toBe(4);
    expect(reachedByMajority({ voters: [] }, () => 5)).toBe(0);
  });
});

describe("an election: yes (y), no (n), no answer (.)", () => {
  test.each([
    ["y", "won"],
    ["n", "lost"],
    [".", "open"],
    ["y.", "open"],
    ["yn", "lost"],
    ["yy", "won"],
    ["yy.", "won"],
    ["yn.", "open"],
    ["ynn", "lost"],
    ["nn.", "lost"],
    ["...", "open"],
    ["yyn.", "open"],
    ["yynn", "lost"],
    ["yyyn", "won"],
    ["yy...", "open"],
    ["yyy..", "won"],
    ["yynn.", "open"],
    ["nnn..", "lost"],
    ["yynnn", "lost"],
  ])("%s is %s", (answers, expected) => {
    const votes = new Map(
      [...answers].flatMap((answer, i) => (answer === "." ? [] : [[i + 1, answer === "y"] as const])),
    );
    expect(electionResult(voters(answers.length), votes)).toBe(expected);
  });

  test("votes of others than voters count for nothing", () => {
    const votes = new Map([1, 7, 8, 9].map((id) => [id, true] as const));
    expect(electionResult(voters(3), votes)).toBe("open");
  });
});

test("only voters are members", () => {
  expect([0, 1, 3, 4].map((id) => isMember(voters(3), id))).toEqual([false, true, true, false]);
});
