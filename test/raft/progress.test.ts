import { describe, expect, test } from "vitest";
import { acceptedUpTo, createProgress, type Progress, probeFrom } from "../../src/raft/progress.ts";
import { toIndex } from "../../src/raft/types.ts";

const indexes = (...values: readonly number[]) => values.map(toIndex);

const progress = (
  mode: Progress["mode"],
  matchIndex: number,
  nextIndex: number,
  ...inflight: number[]
): Progress => ({
  ...createProgress(toIndex(nextIndex), 0),
  mode,
  matchIndex: toIndex(matchIndex),
  inflight: indexes(...inflight),
});

test("an unknown peer is probed at once", () => {
  expect(createProgress(toIndex(8), 500)).toEqual({
    mode: "probe",
    matchIndex: 0,
    nextIndex: 8,
    paused: false,
    inflight: [],
    told: 0,
    toldAt: 500,
    sentAt: Number.NEGATIVE_INFINITY,
    sentRound: 0,
    sentCommit: 0,
    ackedRound: 0,
    quiescedRound: 0,
    ackedAt: 500,
  });
});

describe("accepted", () => {
  test.each([
    ["a probe: entries go ahead from now on", progress("probe", 0, 8), 7, [7, 8, []]],
    ["a probe that carried entries", progress("probe", 0, 8), 10, [10, 11, []]],
    ["a stale answer during a probe: nothing goes back", progress("probe", 5, 8), 2, [5, 6, []]],
    ["the first of a window", progress("replicate", 5, 9, 6, 7, 8), 6, [6, 9, [7, 8]]],
    ["the last of a window answers for all", progress("replicate", 5, 9, 6, 7, 8), 8, [8, 9, []]],
    ["the middle of a message leaves it in flight", progress("replicate", 5, 12, 8, 11), 7, [7, 12, [8, 11]]],
    ["a stale answer", progress("replicate", 5, 9, 6, 7, 8), 3, [5, 9, [6, 7, 8]]],
    ["twice", progress("replicate", 8, 9), 8, [8, 9, []]],
    ["more than was thought to be sent", progress("replicate", 5, 6), 9, [9, 10, []]],
  ] as const)("%s", (_, given, index, [matchIndex, nextIndex, inflight]) => {
    acceptedUpTo(given, toIndex(index));
    expect(given).toMatchObject({ mode: "replicate", matchIndex, nextIndex, inflight });
    expect(given.nextIndex).toBeGreaterThan(given.matchIndex);
  });
});

test.each([true, false])(
  "a new probe forgets the messages in flight, and keeps the match index (paused: %s)",
  (paused) => {
    const given = { ...progress("replicate", 5, 9, 6, 7, 8), sentRound: 4, ackedRound: 3 };
    probeFrom(given, toIndex(6), paused);
    expect(given).toEqual({ ...progress("probe", 5, 6), sentRound: 4, ackedRound: 3, paused });
  },
);
