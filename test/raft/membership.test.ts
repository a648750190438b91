import { describe, expect, test } from "vitest";
import { decodeConfiguration } from "../../src/raft/configuration.ts";
import { Cluster, defaults } from "./harness/cluster.ts";
import { between } from "./harness/messages.ts";
import type { TestNode } from "./harness/node.ts";

const timeout = defaults.electionTimeoutMs;

/** Nodes 1 to `voters` are members; node 1 leads, and its term's first entry is committed. */
function led(size: number, voters = size): { readonly cluster: Cluster; readonly leader: TestNode } {
  const cluster = new Cluster({ size, voters });
  const leader = cluster.elect(1);
  cluster.heartbeat();
  return { cluster, leader };
}

const votersOf = (node: TestNode): readonly number[] => node.state.configuration.voters;

/** The configurations of a node's log: new voters, and old ones while joint. */
const configurationsOf = (node: TestNode): unknown[] =>
  node.log
    .filter(({ kind }) => kind === "configuration")
    .map(({ data }) => decodeConfiguration(data))
    .map(({ voters, outgoing, learners }) => ({ voters, outgoing, learners }));

describe("a node is added", () => {
  test("as a learner, which becomes a voter by itself once it has caught up", () => {
    const { cluster, leader } = led(4, 3);
    leader.propose("a", "b");
    expect(leader.change({ add: [4] })).toMatchObject({ term: 1 });
    cluster.run();
    cluster.heartbeat();
    expect(configurationsOf(cluster.node(4))).toEqual([
      { voters: [1, 2, 3], outgoing: [], learners: [4] },
      { voters: [1, 2, 3, 4], outgoing: [1, 2, 3], learners: [] },
      { voters: [1, 2, 3, 4], outgoing: [], learners: [] },
    ]);
    expect(cluster.node(4).log).toEqual(leader.log);
    for (const node of cluster.nodes) expect(node.state.commitIndex).toBe(leader.state.lastIndex);
  });

  test("only after rounds that end within an election timeout", () => {
    const { cluster, leader } = led(4, 3);
    leader.change({ add: [4] });
    cluster.deliver(...cluster.take("AppendEntries", { from: 1, to: 2 }));
    cluster.deliver(...cluster.take("AppendEntriesAccepted", { to: 1 }));
    cluster.clock.now += timeout / 2;
    leader.wake();
    cluster.deliver(...cluster.take("AppendEntries", { to: 2 }), ...cluster.take("AppendEntries", { to: 3 }));
    cluster.deliver(...cluster.take("AppendEntriesAccepted"));
    cluster.clock.now += timeout / 2 + 1;
    cluster.run();
    expect(leader.state.configuration.learners).toEqual([4]);
    cluster.heartbeat();
    cluster.heartbeat();
    expect(votersOf(leader)).toEqual([1, 2, 3, 4]);
  });

  test("and does not count before that: neither its copies nor its votes", () => {
    const { cluster, leader } = led(4, 3);
    leader.change({ add: [4] });
    cluster.partition([1, 4], [2], [3]);
    const { commitIndex } = leader.state;
    cluster.run();
    cluster.heartbeat();
    expect(cluster.node(4).log).toEqual(leader.log);
    expect(leader.state.commitIndex).toBe(commitIndex);
    cluster.pass(3 * timeout);
    expect(leader.role).not.toBe("leader");
    expect(cluster.leaders).toEqual([]);
  });

  test("and never campaigns while it learns", () => {
    const { cluster, leader } = led(4, 3);
    cluster.partition([1, 4], [2], [3]);
    leader.change({ add: [4] });
    cluster.run();
    cluster.heartbeat(leader);
    expect(cluster.node(4).state.configuration.learners).toEqual([4]);
    expect(cluster.node(4).raft.wakeAt()).toBeNull();
    cluster.clock.now += 10 * timeout;
    cluster.node(4).wake();
    cluster.node(4).step({ type: "TimeoutNow", from: 1, to: 4, term: 1, lastIndex: leader.state.lastIndex });
    expect(cluster.node(4).role).toBe("follower");
  });

  test("and votes, even if it does not know of its promotion yet", () => {
    const { cluster, leader } = led(4, 3);
    leader.change({ add: [4] });
    cluster.run();
    expect(votersOf(cluster.node(4))).toEqual([1, 2, 3, 4]);
    const unaware = new Cluster({ size: 5, voters: 3 }).node(5);
    const { requestVote } = between(2, 5).in(7);
    unaware.step(requestVote({ lastIndex: 9, lastTerm: 6, configurationIndex: 9 }));
    expect(unaware.durable.hardState).toEqual({ currentTerm: 7, votedFor: 2 });
  });

  test("together with others: all become voters in one change", () => {
    const { cluster, leader } = led(5, 3);
    leader.change({ add: [4, 5] });
    cluster.run();
    cluster.heartbeat();
    expect(configurationsOf(leader)).toEqual([
      { voters: [1, 2, 3], outgoing: [], learners: [4, 5] },
      { voters: [1, 2, 3, 4, 5], outgoing: [1, 2, 3], learners: [] },
      { voters: [1, 2, 3, 4, 5], outgoing: [], learners: [] },
    ]);
  });

  test("in place of another node, in one change", () => {
    const { cluster, leader } = led(4, 3);
    leader.change({ add: [4], remove: [2] });
    cluster.run();
    cluster.heartbeat();
    expect(configurationsOf(leader)).toEqual([
      { voters: [1, 2, 3], outgoing: [], learners: [4] },
      { voters: [1, 3, 4], outgoing: [1, 2, 3], learners: [] },
      { voters: [1, 3, 4], outgoing: [], learners: [] },
    ]);
  });

  test("or not, when the learner is removed again: the voter that it would replace stays", () => {
    const { cluster, leader } = led(4, 3);
    cluster.cut(1, 4);
    leader.change({ add: [4], remove: [2] });
    cluster.run();
    expect(leader.change({ remove: [4] })).toMatchObject({ term: 1 });
    cluster.run();
    expect(configurationsOf(leader).at(-1)).toEqual({ voters: [1, 2, 3], outgoing: [], learners: [] });
    expect(leader.leadership.peers.has(4)).toBe(false);
  });

  test("by any leader: a new leader continues with a learner that the old one added", () => {
    const { cluster, leader } = led(4, 3);
    cluster.cut(1, 4);
    leader.change({ add: [4] });
    cluster.run();
    cluster.heartbeat();
    cluster.elect(2);
    cluster.heartbeat(cluster.node(2));
    cluster.heartbeat(cluster.node(2));
    expect(votersOf(cluster.node(4))).toEqual([1, 2, 3, 4]);
  });
});

test("learners are not promoted while too few of the new voters answer", () => {
  const { cluster, leader } = led(4, 3);
  cluster.partition([1, 2, 4], [3]);
  cluster.pass(2 * timeout);
  leader.change({ add: [4], remove: [1, 2] });
  cluster.pass(3 * timeout);
  expect(leader.state.configuration).toMatchObject({ voters: [1, 2, 3], learners: [4] });
  cluster.heal();
  cluster.pass(3 * timeout);
  expect(votersOf(cluster.leader)).toEqual([3, 4]);
});

describe("a joint configuration", () => {
  /** Node 1 has appended a joint configuration, which no other node has: {1, 2, 3} becomes {1, 4, 5}. */
  function joint(): { readonly cluster: Cluster; readonly leader: TestNode } {
    const { cluster, leader } = led(5, 3);
    leader.change({ add: [4, 5], remove: [2, 3] });
    cluster.partition([1, 2, 3], [4, 5]);
    cluster.run();
    cluster.heal();
    cluster.partition([1, 4, 5], [2], [3]);
    cluster.heartbeat(leader);
    cluster.heartbeat(leader);
    expect(leader.state.configuration).toMatchObject({ voters: [1, 4, 5], outgoing: [1, 2, 3] });
    return { cluster, leader };
  }

  test("commits only with a majority of both halves", () => {
    const { cluster, leader } = joint();
    const { configurationIndex } = leader.state;
    expect(cluster.node(4).state.lastIndex).toBe(configurationIndex);
    expect(leader.state.commitIndex).toBeLessThan(configurationIndex);
    cluster.heal();
    cluster.heartbeat(leader);
    cluster.run();
    cluster.heartbeat(leader);
    expect(leader.state.commitIndex).toBeGreaterThan(configurationIndex);
    expect(leader.state.configuration).toMatchObject({ voters: [1, 4, 5], outgoing: [] });
  });

  test("is left without a request, once", () => {
    const { cluster, leader } = joint();
    cluster.heal();
    for (let i = 0; i < 5; i++) cluster.heartbeat(leader);
    expect(configurationsOf(leader)).toHaveLength(3);
  });

  test("is left by the next leader, if its own died, once an entry of its own term is committed", () => {
    const { cluster, leader } = joint();
    leader.crash();
    cluster.heal();
    cluster.elect(4);
    cluster.heartbeat(cluster.node(4));
    cluster.heartbeat(cluster.node(4));
    const { configuration, commitIndex, lastIndex } = cluster.node(4).state;
    expect(configuration).toMatchObject({ voters: [1, 4, 5], outgoing: [] });
    expect(configurationsOf(cluster.node(4))).toHaveLength(3);
    expect(commitIndex).toBe(lastIndex);
  });

  test("elects only with a majority of both halves", () => {
    const { cluster, leader } = joint();
    leader.crash();
    cluster.partition([4, 5], [2], [3]);
    cluster.pass(5 * timeout);
    expect(cluster.leaders).toEqual([]);
    cluster.partition([4, 5, 2, 3]);
    cluster.pass(5 * timeout);
    expect(cluster.leader.state.configuration.outgoing).toEqual([]);
  });

  test("allows leadership to be transferred, to a new voter", () => {
    const { cluster, leader } = joint();
    expect(leader.transfer(2)).toBe("no-such-peer");
    expect(leader.transfer(5)).toBe("begun");
    cluster.heal();
    cluster.heartbeat(leader);
    cluster.run();
    for (let i = 0; i < 3; i++) cluster.heartbeat(cluster.leader);
    expect(cluster.leader.id).toBe(5);
    expect(cluster.leader.state.configuration).toMatchObject({ voters: [1, 4, 5], outgoing: [] });
  });

  test("confirms reads only by a majority of both halves", () => {
    const { cluster, leader } = joint();
    leader.read();
    cluster.run();
    cluster.heartbeat(leader);
    expect(leader.reads).toEqual([]);
    cluster.heal();
    cluster.heartbeat(leader);
    cluster.heartbeat(leader);
    expect(leader.reads).toHaveLength(1);
  });
});

describe("a change is refused", () => {
  test("before the term's first own commit", () => {
    const cluster = new Cluster({ size: 4, voters: 3 });
    const leader = cluster.win(1, [2]);
    expect(leader.change({ add: [4] })).toBe("not-ready");
    cluster.run();
    expect(leader.change({ add: [4] })).toMatchObject({ term: 1 });
  });

  test("while another is under way: not committed, learning, or joint", () => {
    const { cluster, leader } = led(5, 3);
    cluster.cut(1, 4);
    leader.change({ add: [4] });
    expect(leader.change({ add: [5] })).toBe("change-under-way");
    expect(leader.change({ remove: [4] })).toBe("change-under-way");
    cluster.run();
    expect(leader.change({ add: [5] })).toBe("change-under-way");
    expect(leader.change({ remove: [3] })).toBe("change-under-way");
    cluster.heal();
    cluster.partition([1, 4], [2], [3]);
    cluster.heartbeat(leader);
    cluster.heartbeat(leader);
    expect(leader.state.configuration.outgoing).toEqual([1, 2, 3]);
    expect(leader.change({ remove: [3] })).toBe("change-under-way");
  });

  test("when it expects another configuration than the one in force", () => {
    const { cluster, leader } = led(4, 3);
    expect(leader.change({ add: [4], expectedIndex: 7 })).toBe("stale-configuration");
    expect(leader.change({ add: [4], expectedIndex: 0 })).toMatchObject({ term: 1 });
    cluster.run();
    cluster.heartbeat();
    expect(leader.change({ remove: [4], expectedIndex: 0 })).toBe("stale-configuration");
  });

  test.each([
    ["of a node that is no member", { remove: [9] }, "no-such-member"],
    ["to a number that was used before", { add: [3] }, "used-id"],
    ["to the same number twice", { add: [4, 4] }, "used-id"],
    ["to nothing", {}, "empty-change"],
    ["that leaves no voter", { remove: [1, 2, 3] }, "empty-change"],
  ] as const)("%s", (_, change, reason) => {
    const { leader } = led(3);
    const { lastIndex } = leader.state;
    expect(leader.change(change)).toBe(reason);
    expect(leader.state.lastIndex).toBe(lastIndex);
  });

  test("that would leave a majority of nodes that do not answer", () => {
    const { cluster, leader } = led(5);
    cluster.partition([1, 2, 3], [4], [5]);
    cluster.pass(2 * timeout);
    expect(leader.change({ remove: [2, 3] })).toBe("no-quorum");
    expect(leader.change({ remove: [4, 5] })).toMatchObject({ term: 1 });
  });

  test("by a node that does not lead", () => {
    const { cluster } = led(3);
    expect(cluster.node(2).change({ remove: [3] })).toBe("not-leader");
  });

  test("that adds a number of a former member", () => {
    const { cluster, leader } = led(4, 3);
    leader.change({ add: [4] });
    cluster.run();
    cluster.heartbeat();
    leader.change({ remove: [4] });
    cluster.run();
    cluster.heartbeat();
    expect(votersOf(leader)).toEqual([1, 2, 3]);
    expect(leader.change({ add: [4] })).toBe("used-id");
  });
});

describe("a leader that is removed", () => {
  test("does not count itself, hands over, steps down, and never campaigns", () => {
    const { cluster, leader } = led(3);
    leader.change({ remove: [1] });
    cluster.deliver(...cluster.take("AppendEntries"));
    cluster.deliver(...cluster.take("AppendEntriesAccepted"));
    expect(leader.state.configuration).toMatchObject({ voters: [2, 3], outgoing: [] });
    const { configurationIndex } = leader.state;
    cluster.deliver(...cluster.take("AppendEntries", { to: 2 }));
    cluster.deliver(...cluster.take("AppendEntriesAccepted"));
    expect(leader.role).toBe("leader");
    expect(leader.state.commitIndex).toBeLessThan(configurationIndex);
    cluster.run();
    expect(leader.role).toBe("follower");
    expect(cluster.leader.id).toBe(2);
    expect(cluster.leader.state.currentTerm).toBe(2);
    expect(leader.raft.wakeAt()).toBeNull();
    cluster.pass(10 * timeout);
    expect(cluster.leader.state.currentTerm).toBe(2);
  });

  test("is followed by an election, if the message to its successor is lost", () => {
    const { cluster, leader } = led(3);
    leader.change({ remove: [1] });
    for (let lost: readonly unknown[] = []; lost.length === 0; lost = cluster.take("TimeoutNow")) {
      const next = cluster.pool[0];
      if (next === undefined) throw new Error("no successor was named");
      cluster.deliver(next);
    }
    cluster.run();
    expect(cluster.leaders).toEqual([]);
    cluster.pass(5 * timeout);
    expect([2, 3]).toContain(cluster.leader.id);
    expect(votersOf(cluster.leader)).toEqual([2, 3]);
    expect(leader.role).toBe("follower");
  });
});

test("a leader that removes itself, and fails before the others know, can still be elected to complete the change", () => {
  const { cluster, leader } = led(2);
  leader.change({ remove: [1] });
  cluster.deliver(...cluster.take("AppendEntries"));
  cluster.deliver(...cluster.take("AppendEntriesAccepted"));
  expect(leader.state.configuration).toMatchObject({ voters: [2], outgoing: [] });
  cluster.loseAll();
  leader.restart();
  cluster.campaign(2);
  cluster.run();
  expect(cluster.leaders).toEqual([]);
  cluster.pass(5 * timeout);
  expect(cluster.leader.id).toBe(2);
  expect(votersOf(cluster.leader)).toEqual([2]);
  expect(leader.role).toBe("follower");
  expect(leader.raft.wakeAt()).toBeNull();
});

test("a leader that removes itself is heard to the end, also by a node that restarted and knows no leader", () => {
  const { cluster, leader } = led(3);
  leader.change({ remove: [1] });
  cluster.deliver(...cluster.take("AppendEntries"));
  cluster.deliver(...cluster.take("AppendEntriesAccepted"));
  cluster.deliver(...cluster.take("AppendEntries"));
  cluster.loseAll();
  for (const id of [2, 3]) expect(cluster.node(id).state.configuration).toMatchObject({ voters: [2, 3] });
  cluster.node(3).restart();
  cluster.heartbeat(leader);
  expect(leader.role).toBe("follower");
  expect(votersOf(cluster.leader)).toEqual([2, 3]);
});

/** Node 3 was removed while no node could reach it; now it can be reached. */
function removedUnheard(): ReturnType<typeof led> {
  const { cluster, leader } = led(3);
  cluster.partition([1, 2], [3]);
  leader.change({ remove: [3] });
  cluster.run();
  cluster.heartbeat();
  cluster.heal();
  return { cluster, leader };
}

/** After at most one request for votes it is silent for good. */
function expectSilence(cluster: Cluster, id: number): void {
  cluster.pass(3 * timeout);
  const before = cluster.sent.length;
  cluster.pass(20 * timeout);
  expect(cluster.sent.slice(before).filter(({ from }) => from === id)).toEqual([]);
  expect(cluster.node(id).raft.wakeAt()).toBeNull();
}

describe("a node that was removed", () => {
  test("hears of it, and then disturbs no other node", () => {
    const { cluster, leader } = led(3);
    leader.change({ remove: [3] });
    cluster.run();
    cluster.heartbeat();
    expect(votersOf(cluster.node(3))).toEqual([1, 2]);
    expect(leader.leadership.peers.has(3)).toBe(false);
    expectSilence(cluster, 3);
  });

  test.each([
    ["together with the leader", 3, { remove: [1, 2] }, 2],
    ["and replaced by others, all of them", 6, { add: [4, 5, 6], remove: [1, 2, 3] }, 2],
  ] as const)("%s, learns it when it asks for votes, and asks no more", (_, size, change, id) => {
    const { cluster, leader } = led(size, 3);
    leader.change(change);
    cluster.pass(10 * timeout);
    expect(votersOf(cluster.leader)).not.toContain(id);
    expectSilence(cluster, id);
  });

  test("while it was cut off learns of it when it returns, even after a restart, but learns no term", () => {
    const { cluster, leader } = removedUnheard();
    expectSilence(cluster, 3);
    cluster.node(3).restart();
    expectSilence(cluster, 3);
    expect(cluster.sent.filter(({ type }) => type === "Removed").map(({ term }) => term)).toContain(0);
    expect(leader.state.currentTerm).toBe(1);
  });

  test("is not told so by a node that may only be behind: a node with a newer number may be a member by now", () => {
    const { cluster } = led(4, 3);
    cluster.node(2).step(between(4, 2).in(5).preVote({}));
    expect(cluster.pool).toEqual([]);
  });

  test("while it was cut off, campaigns without success: it changes nothing, and learns no term", () => {
    const { cluster, leader } = removedUnheard();
    cluster.campaign(3);
    expect(cluster.inFlight("PreVote", { from: 3 })).toHaveLength(2);
    const sent = cluster.sent.length;
    cluster.run();
    const told = cluster.sent.slice(sent).filter(({ to }) => to === 3);
    expect(told.map(({ type, term }) => [type, term])).toEqual([
      ["Removed", 0],
      ["Removed", 0],
    ]);
    expect(leader.role).toBe("leader");
    expect(leader.state.currentTerm).toBe(1);
    const { requestVote, append } = between(3, 1).in(99);
    leader.step(requestVote({ lastIndex: 99, lastTerm: 98 }), append({}));
    expect(leader.state.currentTerm).toBe(1);
    expect(cluster.pool).toMatchObject([{ type: "Removed", to: 3, term: 0 }]);
  });
});

describe("the configuration in force", () => {
  test("is the newest of the log, committed or not, and is dropped if its entry is truncated", () => {
    const { cluster, leader } = led(3);
    cluster.partition([1], [2, 3]);
    leader.change({ remove: [3] });
    expect(votersOf(leader)).toEqual([1, 2]);
    cluster.loseAll();
    cluster.elect(2);
    cluster.heal();
    cluster.heartbeat(cluster.node(2));
    cluster.run();
    expect(leader.role).toBe("follower");
    expect(leader.state).toMatchObject({ configurationIndex: 0 });
    expect(votersOf(leader)).toEqual([1, 2, 3]);
  });

  test("is the one by which a node campaigns, even if it is not committed", () => {
    const { cluster, leader } = led(4, 3);
    leader.change({ add: [4], remove: [1] });
    cluster.partition([1, 2, 3], [4]);
    cluster.run();
    cluster.partition([1, 4], [2], [3]);
    cluster.heartbeat(leader);
    cluster.heartbeat(leader);
    expect(cluster.node(4).state.configuration.outgoing).toEqual([1, 2, 3]);
    leader.crash();
    cluster.heal();
    cluster.campaign(4);
    expect(cluster.inFlight("PreVote", { from: 4 }).map(({ to }) => to)).toEqual([2, 3, 1]);
    cluster.run();
    expect(cluster.node(4).role).toBe("leader");
  });

  test("is read from the log at a restart", () => {
    const { cluster, leader } = led(4, 3);
    leader.change({ add: [4] });
    cluster.run();
    cluster.heartbeat();
    cluster.node(4).restart();
    expect(votersOf(cluster.node(4))).toEqual([1, 2, 3, 4]);
    expect(cluster.node(4).state.configurationIndex).toBe(leader.state.configurationIndex);
  });

  test("of an older log does not keep a quorum of the newest from electing a node that it does not contain", () => {
    // {1, 2, 3} became {1, 2, 4}. Node 2 has heard of neither step, and node 1, which led, is gone.
    const { cluster, leader } = led(4, 3);
    cluster.partition([1, 3, 4], [2]);
    leader.change({ add: [4], remove: [3] });
    cluster.run();
    cluster.heartbeat(leader);
    cluster.heartbeat(leader);
    expect(cluster.node(4).state.configuration).toMatchObject({ voters: [1, 2, 4], outgoing: [] });
    expect(votersOf(cluster.node(2))).toEqual([1, 2, 3]);
    leader.crash();
    cluster.node(3).crash();
    cluster.heal();
    cluster.pass(5 * timeout);
    expect(cluster.leader.id).toBe(4);
    expect(votersOf(cluster.node(2))).toEqual([1, 2, 4]);
  });
});
