import { describe, expect, it } from "vitest";
import { optionsFrom } from "../../src/node/options.ts";
import { rankIn } from "../../src/node/rank.ts";

const vars = {
  ELECTION_TIMEOUT_MS: "3000",
  HEARTBEAT_MS: "500",
  SLEEP_AFTER_MS: "10000",
  LEADER_REGIONS: "",
  FOLLOW_WRITERS: "on",
  WRITERS_WINDOW_MS: "10000",
};

describe("the timing of a node", () => {
  it("comes from the configuration", () => {
    const timing = { electionTimeoutMs: 3_000, heartbeatMs: 500, sleepAfterMs: 10_000 };
    expect(optionsFrom(vars)).toMatchObject({ ...timing, checkQuorum: true });
  });

  it("0 keeps a cluster awake for ever", () => {
    expect(optionsFrom({ ...vars, SLEEP_AFTER_MS: "0" })).toMatchObject({ sleepAfterMs: 0 });
  });

  it.each(["", "0", "-5", "1.5", "soon", "1e999"])(
    "is refused where it is no number of milliseconds: %j",
    (value) => {
      expect(() => optionsFrom({ ...vars, ELECTION_TIMEOUT_MS: value, HEARTBEAT_MS: "1" })).toThrow(
        RangeError,
      );
      expect(() => optionsFrom({ ...vars, HEARTBEAT_MS: value })).toThrow(RangeError);
    },
  );

  it.each(["", "-5", "1.5", "soon", "1e999"])("so is an idle time: %j", (value) => {
    expect(() => optionsFrom({ ...vars, SLEEP_AFTER_MS: value })).toThrow(RangeError);
  });

  it("is refused where a heartbeat could come too late", () => {
    expect(() => optionsFrom({ ...vars, ELECTION_TIMEOUT_MS: "900" })).toThrow("at least twice");
  });
});

describe("the regions where a leader is wanted", () => {
  it.each([
    ["", []],
    ["weur", ["weur"]],
    [" weur, enam,", ["weur", "enam"]],
  ])("are listed by commas: %j", (value, leaderRegions) => {
    expect(optionsFrom({ ...vars, LEADER_REGIONS: value })).toMatchObject({ leaderRegions });
  });

  it("rank a node by its own, all others last", () => {
    const ranks = ["weur", "enam", "apac", "oc"].map((region) => rankIn(["weur", "enam"], region));
    expect(ranks).toEqual([0, 1, 2, 2].map((rank) => ({ rank, ranks: 3 })));
    expect(rankIn([], "weur")).toEqual({ rank: 0, ranks: 1 });
  });
});

describe("following the writers", () => {
  it("is on or off, and counts in windows of the length given", () => {
    const writers = { windowMs: 10_000, coolDownMs: 120_000 };
    expect(optionsFrom(vars)).toMatchObject({ followWriters: true, writers });
    expect(optionsFrom({ ...vars, FOLLOW_WRITERS: "off" })).toMatchObject({ followWriters: false });
  });

  it.each(["", "yes", "ON"])("is refused where it is neither: %j", (value) => {
    expect(() => optionsFrom({ ...vars, FOLLOW_WRITERS: value })).toThrow('must be "on" or "off"');
  });
});
