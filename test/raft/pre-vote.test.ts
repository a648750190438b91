import { describe, expect, test } from "vitest";
import { Cluster, defaults } from "./harness/cluster.ts";
import { between } from "./harness/messages.ts";

const timeout = defaults.electionTimeoutMs;

describe("the pre-vote", () => {
  test("a losing pre-candidate raises no term", () => {
    const cluster = new Cluster({ size: 3, logs: { 1: [1], 2: [1, 1], 3: [1, 1] } });
    cluster.campaign(1);
    expect(cluster.node(1).role).toBe("pre-candidate");
    cluster.run();
    expect(cluster.node(1).role).toBe("follower");
    expect(cluster.nodes.map(({ state }) => state.currentTerm)).toEqual([1, 1, 1]);
    expect(cluster.nodes.map(({ writes }) => writes)).toEqual([[], [], []]);
  });

  test("a node with an old log fails the pre-vote, a node with a current log wins", () => {
    const cluster = new Cluster({ size: 3, logs: { 1: [1], 2: [1, 2], 3: [1, 2] } });
    cluster.campaign(1);
    cluster.run();
    expect(cluster.leaders).toEqual([]);
    expect(cluster.elect(2).state.currentTerm).toBe(3);
  });

  test("a node that was cut off comes back in its old term and deposes no leader", () => {
    const cluster = new Cluster({ size: 3 });
    const leader = cluster.elect(1);
    const { currentTerm } = leader.state;
    cluster.partition([1, 2], [3]);
    cluster.pass(30 * timeout);
    expect(cluster.node(3).role).toBe("pre-candidate");
    expect(cluster.node(3).state.leader).toBeNull();
    cluster.heal();
    cluster.pass(3 * timeout);
    expect(cluster.leader).toBe(leader);
    expect(cluster.nodes.map(({ state }) => state.currentTerm)).toEqual([1, 1, 1].map(() => currentTerm));
  });

  test("an answer to an older question does not count", () => {
    const cluster = new Cluster({ size: 3, currentTerms: { 1: 4 } });
    cluster.campaign(1);
    cluster.node(1).step(between(2, 1).in(4).preVoteResponse(true));
    expect(cluster.node(1).role).toBe("pre-candidate");
    cluster.node(1).step(between(2, 1).in(6).preVoteResponse(true));
    expect(cluster.node(1).role).toBe("pre-candidate");
    cluster.node(1).step(between(2, 1).in(5).preVoteResponse(true));
    expect(cluster.node(1).role).toBe("candidate");
  });

  test("a granted pre-vote is no promise: any number of nodes may get one", () => {
    const cluster = new Cluster({ size: 3 });
    cluster.node(1).step(between(2, 1).in(1).preVote({}), between(3, 1).in(1).preVote({}));
    expect(cluster.pool).toMatchObject([{ granted: true }, { granted: true }]);
    expect(cluster.node(1).writes).toEqual([]);
  });
});

describe("if a leader was heard recently, no pre-vote is granted until the timeout", () => {
  const ask = (cluster: Cluster, id: number): void => {
    const { preVote, requestVote } = between(3, id).in(5);
    const end = { lastIndex: 9, lastTerm: 4 };
    cluster.node(id).step(preVote(end), requestVote(end));
  };

  test("by a follower", () => {
    const cluster = new Cluster({ size: 3 });
    cluster.elect(1);
    cluster.clock.now += timeout - 1;
    ask(cluster, 2);
    expect(cluster.pool).toMatchObject([{ type: "PreVoteResponse", granted: false, term: 1 }]);
    expect(cluster.node(2).state.currentTerm).toBe(1);
    cluster.loseAll();
    cluster.clock.now += 1;
    ask(cluster, 2);
    expect(cluster.pool).toMatchObject([{ granted: true }, { type: "RequestVoteResponse", granted: true }]);
  });

  test("by the leader, as long as a majority answers it", () => {
    const cluster = new Cluster({ size: 3 });
    const leader = cluster.elect(1);
    cluster.clock.now += timeout - 1;
    ask(cluster, 1);
    expect(leader.role).toBe("leader");
    expect(cluster.take("PreVoteResponse")).toMatchObject([{ granted: false }]);
    cluster.loseAll();
    cluster.clock.now += 1;
    ask(cluster, 1);
    expect(leader.role).toBe("follower");
    expect(cluster.take("RequestVoteResponse")).toMatchObject([{ granted: true }]);
  });

  test("messages of an older term's leader do not count", () => {
    const cluster = new Cluster({ size: 3, currentTerms: { 2: 4 } });
    cluster.node(2).step(between(1, 2).in(3).append({}));
    cluster.loseAll();
    ask(cluster, 2);
    expect(cluster.pool).toMatchObject([{ granted: true }, { granted: true }]);
  });
});

describe("no mix of terms and logs blocks elections for ever", () => {
  const converges = (cluster: Cluster): void => {
    cluster.pass(10 * timeout);
    const { leader } = cluster;
    leader.propose("news");
    cluster.run();
    cluster.heartbeat();
    const up = cluster.nodes.filter(({ isUp }) => isUp);
    expect(up.map(({ state }) => state.commitIndex)).toEqual(up.map(() => leader.log.length));
    expect(up.map(({ log }) => log)).toEqual(up.map(() => leader.log));
  };

  test("a node of a lower term still converges", () => {
    const cluster = new Cluster({
      size: 3,
      logs: { 1: [1], 2: [1], 3: [1, 1] },
      currentTerms: { 1: 8, 2: 8, 3: 1 },
    });
    cluster.node(2).crash();
    cluster.campaign(3);
    cluster.run();
    expect(cluster.node(3).state.currentTerm).toBe(8);
    converges(cluster);
    expect(cluster.leader.id).toBe(3);
  });

  test("a node of a higher term with an older log, against one of a lower term with a newer log", () => {
    const cluster = new Cluster({ size: 3, logs: { 1: [1, 1], 2: [1, 2] }, currentTerms: { 1: 7, 2: 3 } });
    cluster.node(3).crash();
    converges(cluster);
    expect(cluster.leader.id).toBe(2);
  });

  test("the leader of a lower term brings back a node that is stuck in a higher one", () => {
    const cluster = new Cluster({ size: 3 });
    cluster.elect(1);
    cluster.node(3).step(between(2, 3).in(6).requestVoteResponse(false));
    expect(cluster.node(3).state.currentTerm).toBe(6);
    converges(cluster);
    expect(cluster.leader.state.currentTerm).toBeGreaterThan(6);
  });

  test("mixed versions with and without pre-vote: a node campaigns without one", () => {
    const cluster = new Cluster({ size: 3, currentTerms: { 3: 5 }, votes: { 3: 3 } });
    cluster.partition([1, 2], [3]);
    const leader = cluster.elect(1);
    cluster.heal();
    for (const to of [1, 2]) cluster.deliver(between(3, to).in(5).requestVote({}));
    expect(cluster.leader).toBe(leader);
    converges(cluster);
  });
});
