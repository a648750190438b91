import { describe, expect, test } from "vitest";
import { initialConfiguration, isMember, isVoter } from "../../src/raft/configuration.ts";
import { electionResult, reachedByMajority } from "../../src/raft/quorum.ts";

const voters = (count: number): { voters: number[]; outgoing: number[] } => ({
  outgoing: [],
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
    expect(reachedByMajority({ voters: [2, 4, 9], outgoing: [] }, (id) => id)).toBe(4);
    expect(reachedByMajority({ voters: [], outgoing: [] }, () => 5)).toBe(0);
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

  test("only votes of voters count", () => {
    const votes = new Map([1, 7, 8, 9].map((id) => [id, true] as const));
    expect(electionResult(voters(3), votes)).toBe("open");
  });
});

describe("a joint configuration needs a majority of both halves", () => {
  const joint = { voters: [1, 4, 5], outgoing: [1, 2, 3] };

  test.each([
    [[1, 4, 2], "won"],
    [[1, 4, 5], "open"],
    [[1, 2, 3], "open"],
    [[4, 5, 2, 3], "won"],
  ] as const)("votes of %j: %s", (granted, expected) => {
    expect(electionResult(joint, new Map(granted.map((id) => [id, true])))).toBe(expected);
  });

  test.each([[[2, 3]], [[4, 5]]])("refusals of %j lose it", (refused) => {
    expect(electionResult(joint, new Map(refused.map((id) => [id, false])))).toBe("lost");
  });

  test("and an index is reached only if both have reached it", () => {
    const reached = new Map([
      [1, 9],
      [4, 8],
      [5, 7],
      [2, 3],
      [3, 2],
    ]);
    expect(reachedByMajority(joint, (id) => reached.get(id) ?? 0)).toBe(3);
  });
});

describe("members", () => {
  const configuration = {
    ...initialConfiguration(["weur", "enam", "wnam"]),
    learners: [4],
    outgoing: [2, 9],
  };

  test("are voters, old voters, and learners", () => {
    expect([0, 1, 3, 4, 5, 9].map((id) => isMember(configuration, id))).toEqual([
      false,
      true,
      true,
      true,
      false,
      true,
    ]);
  });

  test("voters are those of both halves, and no learners", () => {
    expect([1, 4, 9].map((id) => isVoter(configuration, id))).toEqual([true, false, true]);
  });
});
