import { describe, expect, test } from "vitest";
import { type Batch, type History, judge, type Observation } from "./oracle.ts";

const log = ["a0\n", "a1\n", "b0\n", "a2\n"];
const acknowledged = (writer: string, start: number, ...texts: string[]): Batch => ({
  ...{ writer, texts, start },
  outcome: "acknowledged",
});
const good: History = {
  log,
  batches: [acknowledged("a", 0, "a0\n", "a1\n"), acknowledged("a", 3, "a2\n"), acknowledged("b", 2, "b0\n")],
  observations: [
    { reader: "tail", text: log.join(""), seqs: [0, 1, 2, 3] },
    { reader: "stream", text: log.join(""), seqs: null },
  ],
};
const seen = (parts: Partial<Observation>): History => ({
  ...good,
  observations: [{ reader: "tail", text: log.join(""), seqs: [0, 1, 2, 3], ...parts }],
});
const told = (...batches: Batch[]): History => ({ ...good, batches: [...good.batches, ...batches] });

test("a right history breaks no promise", () => {
  expect(judge(good)).toEqual([]);
  const refused: Batch = { writer: "c", texts: ["c0\n"], outcome: "refused", start: null };
  expect(judge(told(refused, { ...refused, texts: ["c1\n"], outcome: "unknown" }))).toEqual([]);
});

describe("a reader that", () => {
  test.each<[string, Partial<Observation>]>([
    ["misses a record", { text: "a0\na1\na2\n" }],
    ["sees a record twice", { text: "a0\na1\na1\nb0\na2\n" }],
    ["sees records in another order", { text: "a0\nb0\na1\na2\n" }],
    ["sees another record", { text: "a0\na1\nb0\na3\n" }],
    ["does not come to the end", { text: "a0\na1\nb0\n" }],
    ["sees more than there is", { text: `${log.join("")}a4\n` }],
    ["is told a position twice", { seqs: [0, 1, 1, 2] }],
    ["is told a position too early", { seqs: [0, 2, 3] }],
  ])("%s is found", (_, parts) => {
    expect(judge(seen(parts))).toHaveLength(1);
  });
});

describe("a log in which", () => {
  test.each<[string, History]>([
    ["a record is there twice", { ...good, log: [...log, "a0\n"], observations: [] }],
    ["a record is of no writer", { ...good, log: [...log, "x\n"], observations: [] }],
    ["an acknowledged record is missing", told(acknowledged("b", 4, "b1\n"))],
    [
      "an acknowledged record is elsewhere",
      { ...good, batches: [acknowledged("b", 3, "b0\n"), ...good.batches.slice(0, 2)] },
    ],
    [
      "an unknown batch is there in part",
      told({ writer: "b", texts: ["b0\n", "b1\n"], outcome: "unknown", start: null }),
    ],
    ["a refused record is there", told({ writer: "b", texts: ["b0\n"], outcome: "refused", start: null })],
    [
      "a writer's batches changed places",
      {
        ...good,
        batches: [acknowledged("a", 3, "a2\n"), ...good.batches.slice(0, 1), ...good.batches.slice(2)],
      },
    ],
  ])("%s is found", (_, history) => {
    expect(judge(history).length).toBeGreaterThan(0);
  });
});
