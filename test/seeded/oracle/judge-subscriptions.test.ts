import { describe, expect, test } from "vitest";
import type { SubscriptionEvent } from "../history.ts";
import { judgeSubscriptions } from "./judge-subscriptions.ts";

const told = (
  generation: number,
  acked: number,
  tail: number,
  wakeId = `w${generation}`,
): SubscriptionEvent => ({
  ...{ kind: "told", generation, wakeId, streams: [{ path: "log", acked, tail }] },
});
const acknowledges = (generation: number, log: number): SubscriptionEvent => ({
  ...{ kind: "acknowledges", generation, offsets: { log } },
});
const counted = (generation: number, log: number, isLate = false): SubscriptionEvent => ({
  ...{ kind: "counted", generation, offsets: { log }, isLate },
});
const shown = (log: number): SubscriptionEvent => ({ kind: "shown", offsets: { log } });

/** The stream has four records. */
const judge = (events: SubscriptionEvent[], announced: readonly number[] | null = null) =>
  judgeSubscriptions(
    [{ id: "s", events, streams: ["log"], announced }],
    new Map([["log", ["a", "b", "c", "d"]]]),
  );

const done = [acknowledges(9, 4), shown(4)];

describe("nothing is wrong with", () => {
  test.each<[string, ...SubscriptionEvent[]]>([
    ["one wake for all", told(1, 0, 4), ...done],
    ["wakes one after the other", told(1, 0, 2), acknowledges(1, 2), counted(1, 2), told(2, 2, 4), ...done],
    ["a wake that comes twice", told(1, 0, 4), told(1, 0, 4), ...done],
    [
      "what is reported again, because the acknowledgement is not known to count",
      told(1, 0, 4),
      acknowledges(1, 4),
      told(2, 0, 4),
      ...done,
    ],
    [
      "an acknowledgement of a part",
      told(1, 0, 4),
      acknowledges(1, 1),
      counted(1, 1),
      told(2, 1, 4),
      ...done,
    ],
    [
      "an old wake that comes late",
      told(1, 0, 2),
      acknowledges(1, 2),
      counted(1, 2),
      told(2, 2, 4),
      told(1, 0, 2),
      ...done,
    ],
  ])("%s", (_name, ...events) => expect(judge(events)).toEqual([]));
});

describe("it finds", () => {
  test.each<[string, string, ...SubscriptionEvent[]]>([
    ["records that no worker heard of", "0 to 2 was skipped", told(1, 2, 4), ...done],
    [
      "a cursor beyond what was acknowledged",
      "1 to 2 was skipped",
      told(1, 0, 2),
      acknowledges(1, 1),
      told(2, 2, 4),
      ...done,
    ],
    [
      "a cursor that is shown beyond it",
      "acknowledged 1",
      told(1, 0, 4),
      acknowledges(1, 1),
      shown(2),
      ...done,
    ],
    ["a cursor that went back", "went back", acknowledges(1, 2), counted(1, 2), told(2, 1, 4), ...done],
    [
      "a cursor that is shown to go back",
      "went back from 2 to 1",
      acknowledges(1, 2),
      shown(2),
      shown(1),
      ...done,
    ],
    ["a cursor that stays", "stays at 2", told(1, 0, 4), acknowledges(1, 2), shown(2)],
    ["a tail beyond the end", "it ends at 4", told(1, 0, 5), ...done],
    ["two wakes of one generation", "that of x and of y", told(1, 0, 4, "x"), told(1, 0, 4, "y"), ...done],
    [
      "an old wake that still counts",
      "counted after",
      told(1, 0, 2),
      told(2, 0, 2),
      acknowledges(1, 2),
      counted(1, 2, true),
      ...done,
    ],
  ])("%s", (_name, why, ...events) => expect(judge(events)).toEqual([expect.stringContaining(why)]));

  test("a wake that is announced twice, or late", () => {
    expect(judge(done, [1, 2, 5])).toEqual([]);
    expect(judge(done, [1, 2, 2])).toEqual([expect.stringContaining("wake 2 is announced after wake 2")]);
    expect(judge(done, [2, 1])).toEqual([expect.stringContaining("wake 1 is announced after wake 2")]);
  });
});
