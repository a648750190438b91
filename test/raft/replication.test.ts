import { describe, expect, test } from "vitest";
import { Cluster } from "./harness/cluster.ts";
import { between } from "./harness/messages.ts";

/** The indexes of all entries that were sent to a node, in order. */
const payloadOf = (cluster: Cluster, to: number): number[] =>
  cluster.sent.flatMap((message) =>
    message.type === "AppendEntries" && message.to === to ? message.entries.map(({ index }) => index) : [],
  );

const texts = (count: number): string[] => Array.from({ length: count }, (_, i) => `command ${i}`);

test("a proposal reaches all and is committed, and the next heartbeat tells the followers", () => {
  const cluster = new Cluster({ size: 3 });
  const leader = cluster.elect(1);
  expect(leader.propose("a", "b")).toEqual([
    { index: 2, term: 1 },
    { index: 3, term: 1 },
  ]);
  cluster.run();
  expect(leader.state.commitIndex).toBe(3);
  cluster.heartbeat();
  expect(cluster.nodes.map(({ state }) => state.commitIndex)).toEqual([3, 3, 3]);
  expect(cluster.nodes.map(({ log }) => log)).toEqual([leader.log, leader.log, leader.log]);
});

test("only a leader accepts proposals", () => {
  const cluster = new Cluster({ size: 3 });
  cluster.elect(1);
  expect(cluster.node(2).propose("x")).toEqual(["not-leader"]);
  expect(cluster.node(2).writes.flatMap(({ append }) => append)).toHaveLength(1);
});

describe("if nothing is lost, each entry is sent to each peer once", () => {
  test("with every answer at once", () => {
    const cluster = new Cluster({ size: 3 });
    const leader = cluster.elect(1);
    for (const text of texts(50)) {
      leader.propose(text);
      cluster.run();
    }
    expect(payloadOf(cluster, 2)).toEqual(leader.log.map(({ index }) => index));
    expect(leader.state.commitIndex).toBe(51);
  });

  test("with late answers, and with heartbeats and reads in between", () => {
    const cluster = new Cluster({ size: 3 });
    const leader = cluster.elect(1);
    for (const text of texts(12)) {
      leader.propose(text);
      leader.read();
      cluster.clock.now += 60;
      leader.wake();
      const answers = cluster.take("AppendEntriesAccepted");
      cluster.deliver(...cluster.take("AppendEntries"));
      cluster.deliver(...answers);
    }
    cluster.run();
    expect(payloadOf(cluster, 2)).toEqual(leader.log.map(({ index }) => index));
    expect(leader.state.commitIndex).toBe(13);
  });

  test("also to a peer whose answers take longer than a heartbeat", () => {
    const cluster = new Cluster({ size: 3 });
    const leader = cluster.win(1, [2, 3]);
    leader.propose(...texts(3));
    for (let beat = 0; beat < 4; beat++) {
      cluster.clock.now += cluster.options.heartbeatMs;
      leader.wake();
    }
    cluster.run();
    expect(payloadOf(cluster, 2)).toEqual([1, 2, 3, 4]);
    expect(cluster.node(2).log).toEqual(leader.log);
  });
});

describe("RPC counts are bounded when loaded", () => {
  test("proposals that come in together are sent as one message to each peer", () => {
    const cluster = new Cluster({ size: 3, options: { appendBytesMax: 1_000_000 } });
    cluster.elect(1).propose(...texts(500));
    expect(cluster.pool.map(({ to }) => to)).toEqual([2, 3]);
    cluster.run();
    expect(cluster.leader.state.commitIndex).toBe(501);
  });

  test("an unanswered peer gets no more messages than its window holds", () => {
    const cluster = new Cluster({ size: 3 });
    const leader = cluster.elect(1);
    for (const text of texts(500)) leader.propose(text);
    expect(cluster.inFlight("AppendEntries", { to: 2 })).toHaveLength(cluster.options.inflightMax);
  });

  test("an idle leader sends each peer one heartbeat an interval, and nothing if it is called early", () => {
    const cluster = new Cluster({ size: 3 });
    const leader = cluster.elect(1);
    cluster.clock.now += cluster.options.heartbeatMs - 1;
    for (let i = 0; i < 10; i++) leader.wake();
    expect(cluster.pool).toEqual([]);
    cluster.clock.now += 1;
    for (let i = 0; i < 10; i++) leader.wake();
    expect(cluster.pool).toMatchObject([2, 3].map((to) => ({ type: "AppendEntries", to, entries: [] })));
  });

  test("it asks to be called for its next heartbeat, or never if it has no peers", () => {
    const cluster = new Cluster({ size: 3 });
    const leader = cluster.elect(1);
    expect(leader.raft.wakeAt()).toBe(cluster.clock.now + cluster.options.heartbeatMs);
    expect(new Cluster({ size: 1 }).elect(1).raft.wakeAt()).toBeNull();
  });
});

describe("stale rejections are harmless", () => {
  test("of a peer whose log is known to match further", () => {
    const cluster = new Cluster({ size: 3 });
    const leader = cluster.elect(1);
    leader.propose(...texts(3));
    cluster.run();
    const before = structuredClone(leader.progressOf(2));
    leader.step(between(2, 1).in(1).rejected(1, 0, 0), between(2, 1).in(1).rejected(4, 1, 1));
    expect(leader.progressOf(2)).toEqual(before);
    expect(cluster.pool).toEqual([]);
  });

  test("of a peer that is probed at another index by now", () => {
    const cluster = new Cluster({ size: 3, logs: { 1: [1, 1, 1], 2: [1], 3: [1, 1, 1] } });
    const leader = cluster.win(1, [3]);
    cluster.loseAll();
    leader.step(between(2, 1).in(2).rejected(3, 1, 1));
    expect(leader.progressOf(2)).toMatchObject({ mode: "probe", nextIndex: 2 });
    leader.step(between(2, 1).in(2).rejected(3, 0, 0), between(2, 1).in(2).rejected(2, 0, 0));
    expect(leader.progressOf(2)).toMatchObject({ mode: "probe", nextIndex: 2 });
  });

  test("of an append that this node sent in an earlier term as leader", () => {
    const cluster = new Cluster({ size: 3 });
    const leader = cluster.elect(1);
    cluster.clock.now += cluster.options.heartbeatMs;
    leader.wake();
    const late = cluster.take("AppendEntries", { to: 2 });
    cluster.run();
    cluster.win(1, [2, 3]);
    cluster.loseAll();
    const before = { mode: "probe", nextIndex: 2 };
    expect(late).toMatchObject([{ term: 1, prevIndex: 1 }]);
    expect(leader.progressOf(2)).toMatchObject(before);
    cluster.deliver(...late);
    cluster.run();
    expect(leader.state).toMatchObject({ currentTerm: 2, leader: 1 });
    expect(leader.progressOf(2)).toMatchObject(before);
  });

  test("entries known to match are never probed again", () => {
    const cluster = new Cluster({ size: 3 });
    const leader = cluster.elect(1);
    leader.propose(...texts(3));
    cluster.run();
    leader.unreachable(2);
    leader.step(between(2, 1).in(1).rejected(4, 0, 0));
    expect(leader.progressOf(2)).toMatchObject({ matchIndex: 4, nextIndex: 5 });
  });
});

test("reordered appends are harmless: all entries arrive in any order", () => {
  const cluster = new Cluster({ size: 3 });
  const leader = cluster.elect(1);
  for (const text of texts(4)) leader.propose(text);
  cluster.deliver(...[...cluster.take("AppendEntries", { to: 2 })].reverse());
  cluster.deliver(
    ...[...cluster.take("AppendEntriesRejected"), ...cluster.take("AppendEntriesAccepted")].reverse(),
  );
  cluster.run();
  expect(cluster.node(2).log).toEqual(leader.log);
  expect(leader.progressOf(2)).toMatchObject({
    mode: "replicate",
    matchIndex: 5,
    nextIndex: 6,
    inflight: [],
  });
});

test("an old acknowledgement, from before the leader's own log was truncated, does not count", () => {
  const cluster = new Cluster({ size: 5 });
  cluster.elect(1);
  cluster.node(1).propose("lost", "lost too");
  cluster.deliver(...cluster.take("AppendEntries", { to: 2 }));
  const late = cluster.take("AppendEntriesAccepted", { from: 2 });
  expect(late).toMatchObject([{ matchIndex: 3 }]);
  cluster.loseAll();

  cluster.partition([3, 4, 5]);
  cluster.elect(3);
  cluster.heal();
  cluster.heartbeat(cluster.node(3));
  cluster.win(1, [2, 3]);
  expect(cluster.node(1).terms).toEqual([1, 2, 3]);
  cluster.deliver(...late);
  expect(cluster.node(1).progressOf(2).matchIndex).toBe(0);
  expect(cluster.node(1).state.commitIndex).toBeLessThan(3);
});

test("an answer that claims more than its leader holds stops the node", () => {
  const cluster = new Cluster({ size: 3 });
  const leader = cluster.elect(1);
  expect(() => leader.step(between(2, 1).in(1).accepted(2))).toThrow("node 2 holds more than its leader");
});
