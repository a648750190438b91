import { describe, expect, test } from "vitest";
import { Cluster } from "./harness/cluster.ts";
import type { TestNode } from "./harness/node.ts";

const announce = (cluster: Cluster, leader: TestNode): void => {
  leader.announceCommit();
  cluster.run();
};

describe("a leader announces a commit between two heartbeats", () => {
  test("to peers that hold the entry", () => {
    const cluster = new Cluster({ size: 3 });
    const leader = cluster.elect(1);
    leader.propose("a");
    cluster.run();
    expect(leader.raft.hasNews).toBe(true);
    announce(cluster, leader);
    expect(cluster.nodes.map(({ state }) => state.commitIndex)).toEqual([2, 2, 2]);
    expect(leader.raft.hasNews).toBe(false);
  });

  test("again to a peer that turns out later to hold the entry", () => {
    const cluster = new Cluster({ size: 3 });
    const leader = cluster.elect(1);
    leader.propose("a");
    leader.unreachable(3);
    cluster.deliver(...cluster.take("AppendEntries", { to: 3 }));
    const late = cluster.take("AppendEntriesAccepted", { from: 3 });
    cluster.run();
    leader.announceCommit();
    cluster.deliver(...cluster.take("AppendEntries"));
    expect(cluster.nodes.map(({ state }) => state.commitIndex)).toEqual([2, 2, 1]);
    cluster.deliver(...late);
    expect(leader.raft.hasNews).toBe(true);
    announce(cluster, leader);
    expect(cluster.node(3).state.commitIndex).toBe(2);
  });

  test("but not again and again to a peer that never answers", () => {
    const cluster = new Cluster({ size: 3 });
    const leader = cluster.elect(1);
    cluster.cut(1, 3);
    leader.unreachable(3);
    for (const text of ["a", "b", "c"]) {
      leader.propose(text);
      cluster.run();
      announce(cluster, leader);
    }
    expect(leader.raft.hasNews).toBe(false);
    const sent = cluster.sent.filter((message) => message.type === "AppendEntries" && message.to === 3);
    expect(sent.length).toBeLessThanOrEqual(3);
  });
});
