import { describe, expect, test } from "vitest";
import { toIndex } from "../../src/raft/types.ts";
import { Cluster } from "./harness/cluster.ts";
import { between } from "./harness/messages.ts";

test("a committed entry survives when only one holder of it comes back", () => {
  const cluster = new Cluster({ size: 3 });
  const leader = cluster.elect(1);
  leader.propose("kept");
  cluster.deliver(...cluster.take("AppendEntries", { to: 2 }));
  cluster.deliver(...cluster.take("AppendEntriesAccepted"));
  expect(leader.state.commitIndex).toBe(2);
  cluster.loseAll();
  for (const node of cluster.nodes) node.crash();

  cluster.node(2).restart();
  cluster.node(3).restart();
  cluster.campaign(3);
  cluster.run();
  expect(cluster.leaders).toEqual([]);
  cluster.elect(2);
  cluster.heartbeat();
  expect(cluster.node(3).terms).toEqual([1, 1, 2]);
  expect(cluster.node(3).log[1]).toEqual(leader.log[1]);
  expect(cluster.node(3).state.commitIndex).toBe(3);
});

describe("a leader stepping down keeps its vote", () => {
  test("after no majority was heard", () => {
    const cluster = new Cluster({ size: 3 });
    const leader = cluster.elect(1);
    cluster.stepDown(leader);
    expect(leader.role).toBe("follower");
    leader.step(between(2, 1).in(1).requestVote({ lastIndex: 9, lastTerm: 1 }));
    expect(cluster.take("RequestVoteResponse")).toMatchObject([{ granted: false }]);
    expect(leader.durable.hardState).toEqual({ currentTerm: 1, votedFor: 1 });
  });

  test("and so does a candidate that lost", () => {
    const cluster = new Cluster({ size: 3 });
    const node = cluster.node(1);
    cluster.campaign(1);
    node.step(between(2, 1).in(1).preVoteResponse(true));
    for (const from of [2, 3]) node.step(between(from, 1).in(1).requestVoteResponse(false));
    expect(node.role).toBe("follower");
    node.step(between(2, 1).in(1).requestVote({}));
    expect(cluster.take("RequestVoteResponse")).toMatchObject([{ granted: false }]);
  });
});

test("a truncated proposal is recognized by its term: another entry is committed at its index", () => {
  const cluster = new Cluster({ size: 3 });
  const old = cluster.elect(1);
  expect(old.propose("truncated")).toEqual([{ index: 2, term: 1 }]);
  expect(old.raft.isOfTerm(toIndex(2), 1)).toBe(true);
  cluster.loseAll();
  cluster.partition([2, 3]);
  cluster.elect(2).propose("kept");
  cluster.run();
  cluster.heal();
  cluster.heartbeat(cluster.node(2));
  cluster.heartbeat(cluster.node(2));
  expect(old.state.commitIndex).toBe(3);
  expect(old.raft.isOfTerm(toIndex(2), 1)).toBe(false);
  expect(old.raft.isOfTerm(toIndex(2), 2)).toBe(true);
  expect(cluster.node(2).raft.isOfTerm(toIndex(1), 2)).toBe(false);
});

test("a leader with an uncommitted entry does not resume after a restart: an election decides", () => {
  const cluster = new Cluster({ size: 3 });
  const leader = cluster.elect(1);
  leader.holdWrites = true;
  leader.propose("never durable");
  leader.restart();
  cluster.run();
  expect(leader.role).toBe("follower");
  expect(leader.state).toMatchObject({ currentTerm: 1, lastIndex: 1, leader: null });
  leader.step(between(2, 1).in(1).accepted(2), between(3, 1).in(1).accepted(2));
  expect(leader.role).toBe("follower");
  expect(leader.state.commitIndex).toBe(0);
});

test("two leaders in one term are impossible: a node that sees them stops", () => {
  const leader = new Cluster({ size: 3 }).elect(1);
  expect(() => leader.step(between(2, 1).in(1).append({}))).toThrow("two leaders in term 1");
});
