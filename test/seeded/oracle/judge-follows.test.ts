import { describe, expect, test } from "vitest";
import type { Follow } from "../history.ts";
import { judgeFollows } from "./judge-follows.ts";

const texts = ["a", "b", "c", "d"];

/** A follower that got these records from a position on. Each is a text with its position, or a text alone. */
const follow = (from: number | null, ...seen: readonly [string, number | null][]): Follow => ({
  ...{ follower: "f", log: "log", from, isEnded: false, faults: [] },
  seen: seen.map(([text, seq]) => ({ text, seq })),
});
const all = texts.map((text, seq): [string, number] => [text, seq]);
const judge = (one: Follow, closed: readonly string[] = []) =>
  judgeFollows([one], new Map([["log", texts]]), new Set(closed));

describe("nothing is wrong with", () => {
  test.each([
    ["all records", follow(0, ...all)],
    ["all from its first one on", follow(2, ["c", 2], ["d", 3])],
    ["all, without positions", follow(0, ["a", null], ["b", null], ["c", null], ["d", null])],
    ["none, from the end on", follow(4)],
  ])("%s", (_name, one) => expect(judge(one)).toEqual([]));

  test("the end of a log that is closed", () =>
    expect(judge({ ...follow(0, ...all), isEnded: true }, ["log"])).toEqual([]));
});

describe("it finds", () => {
  test.each([
    ["a record that is doubled", "came again", follow(0, ["a", 0], ["a", 0], ["b", 1])],
    ["a record that is skipped", "skipped", follow(0, ["a", 0], ["c", 2])],
    ["records in disorder", "out of order", follow(0, ["a", 0], ["c", 2], ["b", 1])],
    ["a record that is altered", "not in the log", follow(0, ["a", 0], ["B", 1])],
    ["a record with the place of another one", "is 2", follow(0, ["a", 0], ["b", 2])],
    ["a tail that is stuck", "got nothing from 2 on", follow(0, ["a", 0], ["b", 1])],
    ["a tail that never began", "never began", follow(null)],
    ["more than there is", "came again", follow(0, ...all, ["d", 3])],
    ["an end that is none", "and it is not", { ...follow(0, ...all), isEnded: true }],
    ["what it was told that can't be", "no credit", { ...follow(0, ...all), faults: ["had no credit"] }],
  ])("%s", (_name, why, one) => expect(judge(one)).toEqual([expect.stringContaining(why)]));

  test("the end of a log that was not told", () =>
    expect(judge(follow(0, ...all), ["log"])).toEqual([expect.stringContaining("never heard")]));
});
