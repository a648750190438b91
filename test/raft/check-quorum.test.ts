import { describe, expect, test } from "vitest";
import { Cluster, defaults } from "./harness/cluster.ts";
import { between } from "./harness/messages.ts";

const timeout = defaults.electionTimeoutMs;

/** Node 1 leads, and the others know it. */
function led(size: number): Cluster {
  const cluster = new Cluster({ size });
  cluster.elect(1);
  cluster.heartbeat();
  return cluster;
}

describe("a leader that hears no majority", () => {
  test("steps down after an election timeout, and not before", () => {
    const cluster = led(3);
    const leader = cluster.node(1);
    cluster.partition([2, 3]);
    cluster.clock.now += timeout - 1;
    leader.wake();
    expect(leader.role).toBe("leader");
    cluster.clock.now += 1;
    leader.wake();
    expect(leader.role).toBe("follower");
    expect(leader.state).toMatchObject({ currentTerm: 1, leader: null });
  });

  test("keeps leading with one answer of two, or two of four, however old the others are", () => {
    for (const size of [3, 5]) {
      const cluster = led(size);
      const majority = Array.from({ length: (size + 1) / 2 }, (_, i) => i + 1);
      cluster.partition(majority);
      cluster.pass(20 * timeout);
      expect(cluster.leader.id).toBe(1);
    }
  });

  test("keeps leading if the check is switched off", () => {
    const cluster = new Cluster({ size: 3, options: { checkQuorum: false } });
    const leader = cluster.elect(1);
    cluster.partition([2], [3]);
    cluster.pass(20 * timeout);
    expect(leader.role).toBe("leader");
  });

  test("a slow disk does not keep it from stepping down", () => {
    const cluster = led(3);
    const leader = cluster.node(1);
    leader.holdWrites = true;
    leader.propose("stuck");
    cluster.pass(3 * timeout);
    expect(leader.role).not.toBe("leader");
    expect(cluster.leader.id).not.toBe(1);
  });
});

describe("an old leader's heartbeats don't block a connected quorum", () => {
  test("a leader that can send but not receive steps down", () => {
    const cluster = led(3);
    for (const from of [2, 3]) cluster.cut(from, 1);
    cluster.pass(5 * timeout);
    expect(cluster.leader.id).not.toBe(1);
    expect(cluster.leader.state.commitIndex).toBeGreaterThan(1);
  });

  test("a leader that can receive but not send is replaced", () => {
    const cluster = led(3);
    for (const to of [2, 3]) cluster.cut(1, to);
    cluster.pass(5 * timeout);
    expect(cluster.leader.id).not.toBe(1);
    expect(cluster.leader.state.commitIndex).toBeGreaterThan(1);
  });

  test("a leader in a minority of two loses its follower to the majority's leader", () => {
    const cluster = led(5);
    cluster.partition([1, 2], [3, 4, 5]);
    cluster.pass(1.2 * timeout);
    const successor = cluster.elect(3);
    cluster.heal();
    cluster.node(2).step(between(1, 2).in(1).append({}));
    cluster.pass(3 * timeout);
    expect(cluster.leader).toBe(successor);
    expect(cluster.nodes.map(({ log }) => log)).toEqual(cluster.nodes.map(() => successor.log));
  });
});
