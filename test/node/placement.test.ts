import { describe, expect, it } from "vitest";
import type { NodeOptions } from "../../src/node/options.ts";
import { Placement } from "../../src/node/placement.ts";
import { Cluster, defaults } from "../raft/harness/cluster.ts";
import { options as leaderOptions } from "./leader.ts";

const writers = { windowMs: 1_000, windows: 2, share: 0.6, appendsMin: 4, coolDownMs: 3_000 };
const { rank: _rank, ranks: _ranks, ...shared } = defaults;
const options: NodeOptions = {
  ...leaderOptions,
  ...shared,
  writers,
};

/** Node 1 leads two others. */
function setUp(
  regions: readonly string[] = ["wnam", "enam", "weur"],
  followWriters = true,
  sleepAfterMs = 0,
) {
  const cluster = new Cluster({ size: 3, regions, options: { sleepAfterMs } });
  const leader = cluster.elect(1);
  const { now } = cluster.clock;
  const placement = new Placement(leader.raft, { ...options, followWriters }, now);
  /** So many windows in which appends enter near `near`; heartbeats are answered meanwhile. */
  const windows = (count: number, near: number | null): void => {
    for (let i = 0; i < count; i += 1) {
      for (let append = 0; append < 5; append += 1) placement.appended(near, cluster.clock.now);
      cluster.pass(writers.windowMs);
    }
  };
  const review = () => placement.review(cluster.clock.now, 1_700_000_000_000);
  return { cluster, leader, placement, windows, review };
}

describe("leadership", () => {
  it("goes to the member near which the appends enter", () => {
    const { cluster, placement, windows, review } = setUp();
    windows(2, 3);
    review();
    expect(placement.handedOver).toBeNull();
    windows(1, 3);
    review();
    expect(placement.handedOver).toEqual({ to: 3, at: 1_700_000_000_000 });
    cluster.heartbeat();
    expect(cluster.leader.id).toBe(3);
  });

  it.each([
    ["to itself", 1],
    ["to an unknown node", null],
    ["to one that is no member", 9],
  ])("stays when appends enter near %s", (_, near) => {
    const { cluster, placement, windows, review } = setUp();
    windows(5, near);
    review();
    cluster.heartbeat();
    expect([placement.handedOver, cluster.leader.id]).toEqual([null, 1]);
  });

  it("goes to the member near which most appends enter, whatever enters near a node that is not a member", () => {
    const { cluster, placement, windows, review } = setUp();
    for (let i = 0; i < 3; i += 1) {
      for (let append = 0; append < 20; append += 1) placement.appended(9, cluster.clock.now);
      windows(1, 3);
    }
    review();
    expect(placement.handedOver?.to).toBe(3);
  });

  it("stays in its region, where another member would be no nearer", () => {
    const { placement, windows, review } = setUp(["weur", "enam", "weur"]);
    windows(5, 3);
    review();
    expect(placement.handedOver).toBeNull();
    expect([1, 2, 3].map((id) => placement.shareOf(id))).toEqual([1, 0, 0]);
  });

  it("stays while the cluster sleeps, though an alarm that was set before still rings", () => {
    const { cluster, leader, placement, windows, review } = setUp(undefined, true, 500);
    windows(5, 3);
    cluster.pass(1_000);
    expect(leader.state.quiesce).not.toBeNull();
    review();
    expect(placement.handedOver).toBeNull();
  });

  it("stays when it is not to follow, and the shares are counted all the same", () => {
    const { placement, windows, review } = setUp(undefined, false);
    windows(5, 3);
    review();
    expect(placement.handedOver).toBeNull();
    expect(placement.shareOf(3)).toBe(1);
  });

  it("does not go to a member that does not answer, or lags", () => {
    const silent = setUp();
    silent.windows(5, 3);
    silent.cluster.node(3).crash();
    silent.cluster.pass(defaults.electionTimeoutMs);
    silent.windows(5, 3);
    silent.review();
    expect(silent.placement.handedOver).toBeNull();

    const lagging = setUp();
    lagging.windows(5, 3);
    lagging.cluster.node(3).crash();
    for (let entry = 0; entry < 65; entry += 1) lagging.leader.propose("");
    lagging.review();
    expect(lagging.placement.handedOver).toBeNull();
    lagging.cluster.node(3).restart();
    lagging.cluster.heartbeat();
    lagging.review();
    expect(lagging.placement.handedOver?.to).toBe(3);
  });

  it("is not handed over a second time before the cool-down is over, though nothing came of the first", () => {
    const { cluster, placement, windows, review } = setUp();
    windows(3, 3);
    review();
    const first = placement.handedOver;
    expect(first?.to).toBe(3);
    cluster.cut(1, 3);
    windows(2, 3);
    cluster.heal();
    review();
    expect(placement.handedOver).toBe(first);
  });

  it("that comes anew counts anew", () => {
    const { cluster, placement, windows, review } = setUp();
    windows(3, 3);
    cluster.elect(2);
    cluster.elect(1);
    review();
    expect(placement.handedOver).toBeNull();
    expect(placement.shareOf(3)).toBe(0);
  });
});
