import { describe, expect, test } from "vitest";
import { initialConfiguration } from "../../src/raft/configuration.ts";
import type { AppendEntries } from "../../src/raft/messages.ts";
import { Raft } from "../../src/raft/raft.ts";
import { noSnapshot, type QuiesceMark, toIndex } from "../../src/raft/types.ts";
import { Cluster, type ClusterSetup, defaults } from "./harness/cluster.ts";
import { entriesOf } from "./harness/entries.ts";
import { readerOf } from "./harness/image.ts";
import { between } from "./harness/messages.ts";
import type { TestNode } from "./harness/node.ts";

const sleepAfterMs = 2_000;

/** Node 1 leads term 1, and has committed a no-op and one command. */
function atWork(setup: Partial<ClusterSetup> = {}): Cluster {
  const cluster = new Cluster({ size: 3, ...setup, options: { sleepAfterMs, ...setup.options } });
  cluster.elect(1).propose("work");
  cluster.run();
  return cluster;
}

/** As `atWork`, and then there were no requests. */
function quiesced(setup: Partial<ClusterSetup> = {}): Cluster {
  const cluster = atWork(setup);
  cluster.pass(2 * sleepAfterMs);
  for (const node of cluster.nodes) expect(isAsleep(node)).toBe(true);
  return cluster;
}

/** The leader has been idle for long enough. Its heartbeats that put the others to sleep are in flight. */
function layingToRest(cluster = atWork()): Cluster {
  cluster.pass(cluster.node(1).leadership.idleSince + sleepAfterMs - 1 - cluster.clock.now);
  cluster.clock.now += 1;
  cluster.node(1).wake();
  expect(cluster.inFlight("AppendEntries").every(({ quiesce }) => quiesce)).toBe(true);
  return cluster;
}

const isAsleep = (node: TestNode): boolean => node.state.quiesce !== null;
const whoSleeps = (cluster: Cluster) => cluster.nodes.filter(isAsleep).map(({ id }) => id);
const markOf = (node: TestNode): QuiesceMark | null => node.durable.quiesceMark;
const writesOf = (cluster: Cluster) => cluster.nodes.map(({ writes }) => writes.length);

/** Asks the leader for an entry. */
function work(leader: TestNode): void {
  leader.need();
  leader.propose("more work");
}

describe("a cluster without work falls asleep", () => {
  test("and then nothing is due, sent or written: RPC counts are zero when quiesced", () => {
    const cluster = quiesced();
    const [sent, written] = [cluster.sent.length, writesOf(cluster)];
    expect(cluster.nodes.map(({ raft }) => raft.wakeAt())).toEqual([null, null, null]);
    cluster.pass(1_000_000);
    for (const node of cluster.nodes) node.wake();
    expect(cluster.sent).toHaveLength(sent);
    expect(writesOf(cluster)).toEqual(written);
    expect(cluster.leader.state.currentTerm).toBe(1);
  });

  test("not before its time, and never if that is 0", () => {
    const cluster = atWork();
    cluster.pass(sleepAfterMs - 1);
    expect(whoSleeps(cluster)).toEqual([]);
    const sleepless = atWork({ options: { sleepAfterMs: 0 } });
    sleepless.pass(100_000);
    expect(whoSleeps(sleepless)).toEqual([]);
  });

  test("every follower holds all entries, and knows them as committed", () => {
    const cluster = quiesced({ size: 5 });
    for (const { state } of cluster.nodes) {
      expect(state).toMatchObject({
        lastIndex: 2,
        commitIndex: 2,
        quiesce: { term: 1, leader: 1, index: 2 },
      });
    }
  });

  test("also a single node, which has no heartbeats", () => {
    const cluster = new Cluster({ size: 1, options: { sleepAfterMs } });
    const node = cluster.elect(1);
    expect(node.raft.wakeAt()).toBe(cluster.clock.now + sleepAfterMs);
    cluster.pass(sleepAfterMs);
    expect(isAsleep(node)).toBe(true);
    work(node);
    expect(node.state).toMatchObject({ quiesce: null, commitIndex: 2 });
  });

  test("the leader last, once all have answered that they sleep", () => {
    const cluster = layingToRest();
    cluster.deliver(...cluster.take("AppendEntries", { to: 2 }), ...cluster.take("AppendEntries", { to: 3 }));
    expect(whoSleeps(cluster)).toEqual([2, 3]);
    cluster.deliver(...cluster.take("AppendEntriesAccepted", { from: 2 }));
    expect(whoSleeps(cluster)).toEqual([2, 3]);
    cluster.deliver(...cluster.take("AppendEntriesAccepted", { from: 3 }));
    expect(whoSleeps(cluster)).toEqual([1, 2, 3]);
  });

  test("a follower answers so once its mark is durable", () => {
    const cluster = layingToRest();
    const follower = cluster.node(2);
    follower.holdWrites = true;
    cluster.deliver(...cluster.take("AppendEntries", { to: 2 }));
    expect(cluster.inFlight("AppendEntriesAccepted", { from: 2 })).toEqual([]);
    follower.sync();
    expect(cluster.inFlight("AppendEntriesAccepted", { from: 2 })).toMatchObject([{ quiesced: true }]);
  });

  test("an answer from an earlier attempt does not count for this one", () => {
    const cluster = layingToRest();
    cluster.deliver(...cluster.take("AppendEntries"));
    const late = cluster.take("AppendEntriesAccepted");
    expect(late).toMatchObject([{ quiesced: true }, { quiesced: true }]);
    cluster.node(1).need();
    cluster.run();
    layingToRest(cluster);
    cluster.deliver(...late);
    expect(whoSleeps(cluster)).toEqual([]);
    cluster.run();
    expect(whoSleeps(cluster)).toEqual([1, 2, 3]);
  });
});

describe("a cluster stays awake", () => {
  test("while a peer does not answer, so that the others notice if the leader dies", () => {
    const cluster = atWork();
    cluster.node(3).crash();
    cluster.pass(10 * sleepAfterMs);
    expect(whoSleeps(cluster)).toEqual([]);
    expect(cluster.node(2).raft.wakeAt()).not.toBeNull();
  });

  test("while its members change, even if a learner takes longer than the time to sleep", () => {
    const cluster = new Cluster({ size: 4, voters: 3, options: { sleepAfterMs: 100 } });
    const leader = cluster.elect(1);
    cluster.heartbeat();
    leader.need();
    leader.change({ add: [4] });
    const slow = cluster.take("AppendEntries", { to: 4 });
    cluster.run();
    for (const ms of [500, 501]) {
      cluster.clock.now += ms;
      leader.wake();
      cluster.take("AppendEntries", { to: 4 });
      cluster.run();
    }
    cluster.deliver(...slow);
    cluster.run();
    expect(leader.state).toMatchObject({ commitIndex: 2, configuration: { learners: [4] } });
    cluster.clock.now += cluster.options.heartbeatMs;
    leader.wake();
    expect(cluster.inFlight("AppendEntries").map(({ quiesce }) => quiesce)).toEqual([false, false, false]);
    cluster.run();
    cluster.pass(1_000);
    expect(leader.state.configuration).toMatchObject({ voters: [1, 2, 3, 4], outgoing: [], learners: [] });
    expect(whoSleeps(cluster)).toEqual([1, 2, 3, 4]);
  });

  test("if a peer falls silent while the cluster falls asleep: the sleeping nodes are woken", () => {
    const cluster = layingToRest();
    cluster.node(3).crash();
    cluster.run();
    expect(whoSleeps(cluster)).toEqual([2]);
    cluster.pass(cluster.options.electionTimeoutMs);
    expect(whoSleeps(cluster)).toEqual([]);
    expect(cluster.leader.state.currentTerm).toBe(1);
  });

  test.each([
    ["a proposal", (leader: TestNode) => leader.propose("work")],
    ["a read", (leader: TestNode) => leader.read()],
    ["a transfer", (leader: TestNode) => leader.transfer(3)],
  ])("for %s that comes while it falls asleep", (_, ask) => {
    const cluster = layingToRest();
    cluster.deliver(...cluster.take("AppendEntries"));
    expect(whoSleeps(cluster)).toEqual([2, 3]);
    cluster.node(1).need();
    ask(cluster.node(1));
    cluster.run();
    expect(whoSleeps(cluster)).toEqual([]);
  });
});

describe("a quiesced cluster wakes", () => {
  test("on work at its leader, which continues in its term", () => {
    const cluster = quiesced();
    cluster.pass(100_000);
    work(cluster.leader);
    cluster.run();
    expect(whoSleeps(cluster)).toEqual([]);
    expect(cluster.leader.state).toMatchObject({ id: 1, currentTerm: 1, commitIndex: 3 });
    cluster.pass(sleepAfterMs / 2);
    expect(cluster.leader.state).toMatchObject({ id: 1, currentTerm: 1 });
    expect(cluster.nodes.map(({ state }) => state.commitIndex)).toEqual([3, 3, 3]);
  });

  test("on a read, and old answers do not confirm it", () => {
    const cluster = quiesced();
    const leader = cluster.node(1);
    leader.need();
    leader.read();
    expect(leader.reads).toEqual([]);
    cluster.run();
    expect(leader.reads).toMatchObject([{ index: 2 }]);
  });

  test("if a follower needs its leader, which is alive: no election follows", () => {
    const cluster = quiesced();
    cluster.pass(100_000);
    cluster.node(2).need();
    expect(whoSleeps(cluster)).toEqual([1, 3]);
    expect(cluster.node(2).raft.wakeAt()).toBeGreaterThan(cluster.clock.now);
    cluster.node(1).need();
    cluster.pass(sleepAfterMs / 2);
    expect(whoSleeps(cluster)).toEqual([]);
    expect(cluster.leader.state).toMatchObject({ id: 1, currentTerm: 1 });
  });

  test("if its leader is dead: a follower that needs one starts an election", () => {
    const cluster = quiesced();
    cluster.node(1).crash();
    cluster.pass(100_000);
    expect(whoSleeps(cluster)).toEqual([1, 2, 3]);
    cluster.node(3).need();
    cluster.pass(2 * cluster.options.electionTimeoutMs);
    expect(cluster.leader.state).toMatchObject({ id: 3, currentTerm: 2 });
    expect(isAsleep(cluster.node(2))).toBe(false);
  });

  test("if a follower gets no answer: its pre-vote wakes the leader, and is refused", () => {
    const cluster = quiesced();
    cluster.pass(100_000);
    cluster.node(2).need();
    cluster.pass(2 * cluster.options.electionTimeoutMs);
    expect(cluster.sent.filter(({ type }) => type === "PreVote").length).toBeGreaterThan(0);
    expect(cluster.leader.state).toMatchObject({ id: 1, currentTerm: 1 });
    expect(whoSleeps(cluster)).toEqual([]);
  });

  test("a leader gives its peers a whole election timeout after it wakes", () => {
    const cluster = quiesced();
    cluster.pass(100_000);
    const leader = cluster.node(1);
    leader.need();
    cluster.loseAll();
    cluster.clock.now += cluster.options.electionTimeoutMs - 1;
    leader.wake();
    expect(leader.role).toBe("leader");
    cluster.clock.now += 1;
    leader.wake();
    expect(leader.role).toBe("follower");
  });

  test("a sleeping leader follows a newer term", () => {
    const cluster = quiesced();
    cluster.node(1).step(between(2, 1).in(5).append({}));
    expect(cluster.node(1).state).toMatchObject({ currentTerm: 5, quiesce: null, leader: 2 });
    expect(markOf(cluster.node(1))).toBeNull();
  });
});

test("a sleeping node must be woken before a request, which it would otherwise never send", () => {
  const { raft } = quiesced().node(1);
  expect(() => raft.propose(new Uint8Array(1))).toThrow("`wake` was not called");
  expect(() => raft.read(toIndex(0))).toThrow("`wake` was not called");
  expect(() => raft.transfer(2, 0)).toThrow("`wake` was not called");
  const change = { add: [], remove: [3], expectedIndex: null };
  expect(() => raft.changeMembers(change, 0)).toThrow("`wake` was not called");
});

describe("late and repeated messages", () => {
  /** The heartbeat that put node 2 to sleep, in a cluster that has continued since. */
  function lateHeartbeat(then: (cluster: Cluster) => void): { cluster: Cluster; late: AppendEntries } {
    const cluster = layingToRest();
    const [late] = cluster.inFlight("AppendEntries", { to: 2 });
    cluster.run();
    cluster.node(1).need();
    then(cluster);
    cluster.run();
    expect(whoSleeps(cluster)).toEqual([]);
    if (late === undefined) throw new Error("there was no heartbeat");
    return { cluster, late };
  }

  test("an old heartbeat puts no node to sleep that holds more by now", () => {
    const { cluster, late } = lateHeartbeat((it) => it.node(1).propose("more"));
    cluster.deliver(late);
    expect(whoSleeps(cluster)).toEqual([]);
  });

  test("a node that holds no more than that sleeps until the leader's next heartbeat", () => {
    const { cluster, late } = lateHeartbeat(() => {});
    cluster.deliver(late);
    expect(whoSleeps(cluster)).toEqual([2]);
    cluster.heartbeat();
    expect(whoSleeps(cluster)).toEqual([]);
  });

  test("an old heartbeat of an older term puts no node to sleep either", () => {
    const { cluster, late } = lateHeartbeat(() => {});
    cluster.elect(3);
    cluster.deliver({ ...late, prevIndex: toIndex(3), prevTerm: 2, commitIndex: toIndex(3) });
    expect(whoSleeps(cluster)).toEqual([]);
  });

  test("a heartbeat from before the sleep wakes no node; the same one twice is answered twice", () => {
    const cluster = atWork();
    cluster.clock.now += cluster.options.heartbeatMs;
    cluster.node(1).wake();
    const [old] = cluster.inFlight("AppendEntries", { to: 2 });
    cluster.run();
    layingToRest(cluster);
    const [last] = cluster.inFlight("AppendEntries", { to: 2 });
    cluster.run();
    if (old === undefined || last === undefined) throw new Error("there was no heartbeat");
    const written = writesOf(cluster);
    cluster.deliver(old, last);
    expect(cluster.take("AppendEntriesAccepted", { from: 2 })).toMatchObject([
      { quiesced: true },
      { quiesced: true },
    ]);
    expect(whoSleeps(cluster)).toEqual([1, 2, 3]);
    expect(writesOf(cluster)).toEqual(written);
  });

  test("answers, and requests of older terms, wake no node", () => {
    const cluster = quiesced({ currentTerms: { 1: 6, 2: 6, 3: 6 } });
    const { currentTerm } = cluster.node(1).state;
    cluster.node(1).step(between(2, 1).in(currentTerm).accepted(2, 0));
    cluster.node(1).step(between(2, 1).in(currentTerm).rejected(2, 1, 1));
    cluster.node(1).step(between(2, 1).in(3).preVote({}));
    cluster.node(2).step(between(3, 2).in(3).requestVote({}));
    expect(whoSleeps(cluster)).toEqual([1, 2, 3]);
  });
});

describe("a restart of a sleeping node", () => {
  test("changes nothing: the leader goes on in its term, and commits", () => {
    const cluster = quiesced();
    for (const node of cluster.nodes) node.restart();
    const leader = cluster.node(1);
    expect(leader.state).toMatchObject({ commitIndex: 2, currentTerm: 1, leader: 1 });
    expect(cluster.nodes.map(({ raft }) => raft.wakeAt())).toEqual([null, null, null]);
    work(leader);
    cluster.run();
    expect(leader.state).toMatchObject({ commitIndex: 3, currentTerm: 1 });
    expect(cluster.sent.filter(({ type }) => type === "PreVote").length).toBe(2);
  });

  test("leaves a follower that knows what is committed, and the leader", () => {
    const cluster = quiesced();
    cluster.node(2).restart();
    expect(cluster.node(2).state).toMatchObject({ commitIndex: 2, leader: 1, role: { name: "follower" } });
    expect(isAsleep(cluster.node(2))).toBe(true);
    expect(cluster.node(2).writes.at(-1)).toMatchObject({ quiesce: { index: 2 } });
  });

  test("earlier answers never confirm a later read, because rounds continue above the mark", () => {
    const cluster = atWork();
    const leader = cluster.node(1);
    for (let reads = 0; reads < 3; reads++) {
      leader.read();
      cluster.run();
    }
    layingToRest(cluster);
    cluster.deliver(...cluster.take("AppendEntries"));
    const old = cluster.take("AppendEntriesAccepted");
    cluster.deliver(...old);
    leader.restart();
    leader.need();
    leader.read();
    cluster.deliver(...old);
    expect(leader.reads).toHaveLength(3);
    cluster.run();
    expect(leader.reads).toHaveLength(4);
  });

  test("does not prevent the election of another leader, although all memory was lost", () => {
    const cluster = quiesced();
    cluster.node(1).crash();
    cluster.node(2).restart();
    cluster.node(3).restart();
    cluster.node(2).need();
    cluster.pass(2 * cluster.options.electionTimeoutMs);
    expect(cluster.leader.state).toMatchObject({ id: 2, currentTerm: 2 });
    cluster.node(1).restart();
    expect(isAsleep(cluster.node(1))).toBe(true);
    cluster.pass(cluster.options.electionTimeoutMs);
    expect(cluster.node(1).state).toMatchObject({ leader: 2, currentTerm: 2, quiesce: null });
  });
});

describe("leadership is not resumed once anything was sent", () => {
  test("the mark is cleared, durably, before the first message leaves", () => {
    const cluster = quiesced();
    const leader = cluster.node(1);
    const sent = cluster.sent.length;
    leader.holdWrites = true;
    work(leader);
    expect(cluster.sent).toHaveLength(sent);
    leader.letOut();
    expect(markOf(leader)).toBeNull();
    expect(cluster.sent.length).toBeGreaterThan(sent);
    leader.restart();
    expect(leader.role).toBe("follower");
    expect(leader.raft.wakeAt()).not.toBeNull();
  });

  test("a wake that was lost with its entry, before any message left, did not happen", () => {
    const cluster = quiesced();
    const leader = cluster.node(1);
    leader.holdWrites = true;
    work(leader);
    leader.restart();
    leader.holdWrites = false;
    expect(leader.state).toMatchObject({ role: { name: "leader" }, lastIndex: 2, commitIndex: 2 });
    work(leader);
    cluster.run();
    expect(cluster.nodes.map(({ terms }) => terms)).toEqual([
      [1, 1, 1],
      [1, 1, 1],
      [1, 1, 1],
    ]);
  });

  test.each<readonly [string, Partial<QuiesceMark>]>([
    ["another term", { term: 3 }],
    ["a shorter log", { index: toIndex(2) }],
    ["a longer log", { index: toIndex(4) }],
  ])("a mark of %s is ignored", (_, wrong) => {
    const quiesceMark = { term: 4, leader: 1, index: toIndex(3), round: 9, ...wrong };
    const hardState = { currentTerm: 4, votedFor: 1 };
    const stored = { hardState, quiesceMark, snapshot: noSnapshot };
    const log = readerOf(() => ({ ...stored, log: entriesOf([1, 4, 4]) }));
    const end = { lastIndex: toIndex(3), lastTerm: 4 };
    const options = { ...defaults, sleepAfterMs };
    const base = { configuration: initialConfiguration(["weur", "weur", "weur"]), index: toIndex(0) };
    const raft = new Raft({ id: 1, options, base, log, random: () => 0, ...stored, ...end }, 0);
    expect(raft.state).toMatchObject({ role: { name: "follower" }, quiesce: null, commitIndex: 0 });
    expect(raft.wakeAt()).not.toBeNull();
  });
});
