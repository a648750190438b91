import { describe, expect, test } from "vitest";
import { Cluster } from "./harness/cluster.ts";
import { times } from "./harness/entries.ts";

const text = (bytes: number): string => "x".repeat(bytes);

/** A leader of three. Its window to node 2 is full of single entries, and it has more to send. */
function fullWindow(): Cluster {
  const cluster = new Cluster({ size: 3 });
  const leader = cluster.elect(1);
  for (let i = 0; i < 10; i++) leader.propose(text(10));
  return cluster;
}

describe("a full window stops sends", () => {
  test("until answers free as much room", () => {
    const cluster = fullWindow();
    const [first, ...rest] = cluster.take("AppendEntries", { to: 2 });
    expect(rest).toHaveLength(3);
    if (first !== undefined) cluster.deliver(first);
    expect(cluster.inFlight("AppendEntries", { to: 2 })).toEqual([]);
    cluster.deliver(...cluster.take("AppendEntriesAccepted"));
    const next = cluster.inFlight("AppendEntries", { to: 2 });
    expect(next.map(({ entries }) => entries.map(({ index }) => index))).toEqual([[6, 7, 8, 9, 10, 11]]);
  });

  test("but not heartbeats, so the follower still hears the leader", () => {
    const cluster = fullWindow();
    cluster.loseAll();
    cluster.clock.now += cluster.options.heartbeatMs;
    cluster.leader.wake();
    expect(cluster.pool).toMatchObject([2, 3].map((to) => ({ to, entries: [], prevIndex: 5 })));
  });
});

describe("a lost window recovers by one probe", () => {
  test("after the rejection of a heartbeat", () => {
    const cluster = fullWindow();
    cluster.loseAll();
    cluster.clock.now += cluster.options.heartbeatMs;
    cluster.leader.wake();
    cluster.deliver(...cluster.take("AppendEntries"));
    cluster.deliver(...cluster.take("AppendEntriesRejected", { from: 2 }));
    const probes = cluster.inFlight("AppendEntries", { to: 2 });
    expect(probes).toMatchObject([{ prevIndex: 1 }]);
    expect(cluster.leader.progressOf(2)).toMatchObject({ mode: "probe", paused: true, inflight: [] });
    cluster.run();
    expect(cluster.nodes.map(({ log }) => log.length)).toEqual([11, 11, 11]);
    expect(cluster.leader.state.commitIndex).toBe(11);
  });

  test("after a report that the peer was unreachable: with the next heartbeat, and not before", () => {
    const cluster = fullWindow();
    const { leader } = cluster;
    cluster.loseAll();
    leader.unreachable(2);
    leader.propose(text(10));
    expect(cluster.inFlight("AppendEntries", { to: 2 })).toEqual([]);
    cluster.loseAll();
    cluster.clock.now += cluster.options.heartbeatMs;
    leader.wake();
    expect(cluster.inFlight("AppendEntries", { to: 2 })).toMatchObject([{ prevIndex: 1 }]);
    cluster.run();
    expect(cluster.node(2).log).toEqual(leader.log);
    expect(leader.progressOf(2)).toMatchObject({ mode: "replicate", matchIndex: 12, inflight: [] });
  });

  test("there is only one probe until it is answered or a heartbeat is due", () => {
    const cluster = new Cluster({ size: 3, logs: { 1: times(10, 1), 3: times(10, 1) } });
    const leader = cluster.win(1, [3]);
    leader.propose(text(10));
    leader.propose(text(10));
    expect(cluster.inFlight("AppendEntries", { to: 2 })).toHaveLength(1);
    cluster.clock.now += cluster.options.heartbeatMs;
    leader.wake();
    expect(cluster.inFlight("AppendEntries", { to: 2 })).toHaveLength(2);
  });
});

describe("messages are bounded by bytes", () => {
  test("and one entry always fits", () => {
    const cluster = new Cluster({ size: 3 });
    const leader = cluster.elect(1);
    leader.propose(text(600), text(400), text(1), text(5_000));
    for (let round = 0; round < 3; round++) leader.wake();
    const sent = cluster.inFlight("AppendEntries", { to: 2 });
    expect(sent.map(({ entries }) => entries.map(({ data }) => data.length))).toEqual([
      [600, 400],
      [1],
      [5_000],
    ]);
  });
});

describe("the size of one call is bounded", () => {
  test("a peer that lacks much gets one message in each round", () => {
    const cluster = new Cluster({
      size: 3,
      logs: { 1: times(10, 1), 3: times(10, 1) },
      options: { appendBytesMax: 1 },
    });
    const leader = cluster.win(1, [3]);
    cluster.run();
    cluster.loseAll();
    const before = cluster.inFlight("AppendEntries", { to: 3 }).length;
    leader.propose(text(10), text(10), text(10));
    expect(cluster.inFlight("AppendEntries", { to: 3 }).length - before).toBeLessThanOrEqual(2);
    leader.wake();
    leader.wake();
    const sent = cluster.inFlight("AppendEntries", { to: 3 });
    expect(sent.every(({ entries }) => entries.length <= 1)).toBe(true);
    expect(sent.map(({ prevIndex }) => prevIndex)).toEqual([
      ...new Set(sent.map(({ prevIndex }) => prevIndex)),
    ]);
  });
});

describe("the uncommitted cap refuses proposals with a clear retryable error", () => {
  const cluster = (): Cluster => new Cluster({ size: 3, options: { uncommittedBytesMax: 100 } });

  test("exactly the cap passes, one byte more is refused, and a refused proposal leaves nothing behind", () => {
    const leader = cluster().elect(1);
    expect(leader.propose(text(40), text(60))).toMatchObject([{ index: 2 }, { index: 3 }]);
    const { lastIndex } = leader.state;
    expect(leader.propose(text(1))).toEqual(["busy"]);
    expect(leader.state.lastIndex).toBe(lastIndex);
    expect(leader.leadership.proposals.bytes).toBe(100);
  });

  test("a commit releases only the bytes of the entries that it commits", () => {
    const three = cluster();
    const leader = three.elect(1);
    leader.propose(text(40));
    leader.propose(text(60));
    const [first] = three.take("AppendEntries", { to: 2 });
    three.loseAll();
    if (first !== undefined) three.deliver(first);
    three.run();
    expect(leader.state.commitIndex).toBe(2);
    expect(leader.leadership.proposals.bytes).toBe(60);
    expect(leader.propose(text(41), text(40))).toMatchObject(["busy", { index: 4 }]);
  });

  test("a single proposal always fits, however large", () => {
    const leader = cluster().elect(1);
    expect(leader.propose(text(1_000), text(1))).toMatchObject([{ index: 2 }, "busy"]);
  });

  test("the count is not kept when a leader steps down: its next term begins at 0", () => {
    const three = cluster();
    const leader = three.elect(1);
    leader.propose(text(100));
    three.loseAll();
    three.stepDown(leader);
    expect(three.elect(2).terms).toEqual([1, 2]);
    expect(leader.terms).toEqual([1, 2]);
    expect(three.elect(1).propose(text(100))).toMatchObject([{ term: 3 }]);
  });

  test("nor when it is elected again: entries that it proposed before do not count", () => {
    const three = cluster();
    three.elect(1).propose(text(100));
    three.loseAll();
    const leader = three.win(1, [3]);
    expect(leader.terms).toEqual([1, 1, 2]);
    expect(leader.propose(text(100))).toMatchObject([{ index: 4 }]);
    three.run();
    expect(leader.state.commitIndex).toBe(4);
    expect(leader.leadership.proposals).toEqual({ waiting: [], bytes: 0 });
  });
});
