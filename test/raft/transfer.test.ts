import { describe, expect, test } from "vitest";
import { toIndex } from "../../src/raft/types.ts";
import { Cluster, defaults } from "./harness/cluster.ts";
import type { TestNode } from "./harness/node.ts";

const timeout = defaults.electionTimeoutMs;

function led(size = 3): { readonly cluster: Cluster; readonly leader: TestNode } {
  const cluster = new Cluster({ size });
  const leader = cluster.elect(1);
  cluster.heartbeat();
  return { cluster, leader };
}

describe("leadership goes to a follower that is asked for", () => {
  test("at once, though all still hear the leader", () => {
    const { cluster, leader } = led();
    expect(leader.transfer(3)).toBe("begun");
    cluster.run();
    expect(cluster.leader.id).toBe(3);
    expect(cluster.leader.state.currentTerm).toBe(2);
    expect(leader.state).toMatchObject({ currentTerm: 2, leader: 3 });
  });

  test("in five nodes as in three, and back again", () => {
    const { cluster, leader } = led(5);
    leader.transfer(4);
    cluster.run();
    expect(cluster.leader.id).toBe(4);
    cluster.leader.transfer(1);
    cluster.run();
    expect(cluster.leader.id).toBe(1);
    expect(cluster.leader.state.currentTerm).toBe(3);
  });

  test("only once it has caught up", () => {
    const { cluster, leader } = led();
    cluster.cut(1, 3);
    leader.propose("a", "b");
    cluster.run();
    leader.transfer(3);
    cluster.run();
    expect(cluster.inFlight("TimeoutNow")).toEqual([]);
    expect(leader.role).toBe("leader");
    cluster.heal();
    cluster.heartbeat(leader);
    cluster.run();
    cluster.heartbeat(leader);
    cluster.run();
    expect(cluster.leader.id).toBe(3);
    expect(cluster.leader.log.slice(0, leader.log.length)).toEqual(leader.log);
  });

  test("even if the message to it was lost: it is sent again with the next heartbeat", () => {
    const { cluster, leader } = led();
    leader.transfer(2);
    expect(cluster.inFlight("TimeoutNow")).toHaveLength(1);
    cluster.loseAll();
    cluster.heartbeat(leader);
    cluster.run();
    expect(cluster.leader.id).toBe(2);
  });
});

describe("a transfer under way", () => {
  test("refuses proposals, so that the target can catch up, until it is given up", () => {
    const { cluster, leader } = led();
    cluster.cut(1, 3);
    leader.propose("a");
    cluster.run();
    leader.transfer(3);
    cluster.clock.now += timeout / 2;
    leader.wake();
    cluster.run();
    expect(leader.propose("b")).toEqual(["not-leader"]);
    cluster.clock.now += timeout / 2;
    leader.wake();
    expect(leader.role).toBe("leader");
    expect(leader.propose("b")).toMatchObject([{ term: 1 }]);
  });

  test("is replaced by a later one", () => {
    const { cluster, leader } = led();
    cluster.cut(1, 3);
    leader.propose("a");
    leader.transfer(3);
    leader.transfer(2);
    cluster.run();
    expect(cluster.leader.id).toBe(2);
  });

  test("leaves nothing behind: if the node leads again later, it takes proposals", () => {
    const { cluster, leader } = led();
    leader.transfer(2);
    cluster.run();
    cluster.leader.transfer(1);
    cluster.run();
    expect(cluster.leader.id).toBe(1);
    expect(leader.propose("a")).toMatchObject([{ term: 3 }]);
  });
});

describe("a transfer is refused", () => {
  test("by a node that does not lead, and to a node that is not a peer", () => {
    const { cluster, leader } = led();
    expect(cluster.node(2).transfer(3)).toBe("not-leader");
    expect(leader.transfer(9)).toBe("no-such-peer");
    expect(leader.transfer(1)).toBe("no-such-peer");
    expect(leader.propose("a")).toMatchObject([{ term: 1 }]);
  });
});

describe("the word to campaign", () => {
  test("of an older term, or from a stranger, starts no campaign", () => {
    const { cluster } = led();
    const follower = cluster.node(2);
    const { lastIndex } = follower.state;
    const word = { type: "TimeoutNow", to: 2, lastIndex } as const;
    follower.step({ ...word, from: 1, term: 0 }, { ...word, from: 9, term: 1 });
    expect(follower.role).toBe("follower");
    expect(follower.state.currentTerm).toBe(1);
  });

  test("that comes late, when there are more entries, starts no campaign", () => {
    const { cluster, leader } = led();
    leader.transfer(2);
    const words = cluster.take("TimeoutNow");
    for (let half = 0; half < 2; half += 1) {
      cluster.clock.now += timeout / 2;
      leader.wake();
      cluster.take("TimeoutNow");
      cluster.run();
    }
    leader.propose("a");
    cluster.run();
    cluster.deliver(...words);
    cluster.run();
    expect(cluster.leader.id).toBe(1);
    expect(leader.state.currentTerm).toBe(1);
  });

  test("to a node that lacks a committed entry elects no leader: its log is too old", () => {
    const { cluster, leader } = led();
    cluster.cut(1, 3);
    leader.propose("a");
    cluster.run();
    expect(leader.state.commitIndex).toBe(toIndex(2));
    cluster.heal();
    const { lastIndex } = cluster.node(3).state;
    cluster.node(3).step({ type: "TimeoutNow", from: 1, to: 3, term: 1, lastIndex });
    cluster.run();
    expect(cluster.node(3).role).not.toBe("leader");
    cluster.pass(5 * timeout);
    expect(cluster.leader.log.map(({ index }) => index)).toContain(2);
    expect(cluster.leader.id).not.toBe(3);
  });
});
