import { describe, expect, test } from "vitest";
import { decodeConfiguration } from "../../src/raft/configuration.ts";
import { Cluster, defaults } from "./harness/cluster.ts";
import type { TestNode } from "./harness/node.ts";

const timeout = defaults.electionTimeoutMs;

/** Node 3 holds one entry more than was committed, and nodes 1 and 2 are gone. */
function bereft(): { readonly cluster: Cluster; readonly survivor: TestNode } {
  const cluster = new Cluster({ size: 3, logs: { 3: [1, 1] } });
  const survivor = cluster.node(3);
  cluster.node(1).crash();
  cluster.node(2).crash();
  cluster.clock.now += 10 * timeout;
  return { cluster, survivor };
}

describe("a survivor that is told that all others are lost", () => {
  test("continues alone with all that it holds, and takes proposals", () => {
    const { cluster, survivor } = bereft();
    expect(survivor.recover([1, 2])).toMatchObject({ index: 3 });
    expect(survivor.role).toBe("leader");
    expect(survivor.state.configuration).toMatchObject({ voters: [3], nextId: 4 });
    expect(survivor.propose("a")).toMatchObject([{ index: 5 }]);
    expect(survivor.state.commitIndex).toBe(5);
    expect(survivor.terms.slice(0, 2)).toEqual([1, 1]);
    expect(cluster.pool).toEqual([]);
  });

  test("records in its log which nodes were given up, and when", () => {
    const { survivor } = bereft();
    survivor.recover([2, 1]);
    const entry = survivor.log[2];
    expect(entry?.kind).toBe("configuration");
    expect(decodeConfiguration(entry?.data ?? new Uint8Array()).forced).toEqual({
      lost: [2, 1],
      timestamp: 1_000,
    });
  });

  test("jumps past all terms that the others may have used", () => {
    const { survivor } = bereft();
    survivor.recover([1, 2]);
    expect(survivor.state.currentTerm).toBeGreaterThan(1_000);
  });

  test("completes it after a crash before it led", () => {
    const { cluster, survivor } = bereft();
    survivor.holdWrites = true;
    survivor.recover([1, 2]);
    survivor.letOut();
    survivor.crash();
    survivor.holdWrites = false;
    survivor.restart();
    cluster.pass(3 * timeout);
    expect(survivor.role).toBe("leader");
    expect(survivor.state.configuration.voters).toEqual([3]);
  });

  test("ignores the nodes that it gave up", () => {
    const { cluster, survivor } = bereft();
    survivor.recover([1, 2]);
    cluster.node(1).restart();
    cluster.node(2).restart();
    cluster.pass(5 * timeout);
    expect(survivor.role).toBe("leader");
    const answers = cluster.sent.filter(({ from }) => from === 3);
    expect(new Set(answers.map(({ type }) => type))).toEqual(new Set(["Removed"]));
    expect(cluster.leaders).toEqual([survivor]);
  });

  test("ignores them even if they know a newer configuration, of which it never heard", () => {
    const cluster = new Cluster({ size: 4, voters: 3 });
    const leader = cluster.elect(1);
    cluster.heartbeat();
    cluster.partition([1, 2, 4], [3]);
    leader.change({ add: [4] });
    cluster.pass(3 * timeout);
    expect(leader.state.configurationIndex).toBeGreaterThan(cluster.node(3).state.lastIndex);
    for (const id of [1, 2, 4]) cluster.node(id).crash();
    cluster.heal();
    const survivor = cluster.node(3);
    cluster.clock.now += 10 * timeout;
    survivor.recover([1, 2]);
    survivor.propose("precious");
    const { commitIndex } = survivor.state;
    for (const id of [1, 2, 4]) cluster.node(id).restart();
    cluster.pass(10 * timeout);
    expect(survivor.role).toBe("leader");
    expect(survivor.state.commitIndex).toBe(commitIndex);
    survivor.restart();
    cluster.pass(10 * timeout);
    expect(survivor.role).toBe("leader");
    expect(survivor.log.some(({ data }) => new TextDecoder().decode(data) === "precious")).toBe(true);
  });

  test("adds new nodes, and grows to a cluster again", () => {
    const cluster = new Cluster({ size: 5, voters: 3 });
    cluster.elect(1);
    cluster.node(1).crash();
    cluster.node(2).crash();
    const survivor = cluster.node(3);
    cluster.clock.now += 10 * timeout;
    survivor.recover([1, 2]);
    expect(survivor.change({ add: [4, 5] })).toMatchObject({ term: survivor.state.currentTerm });
    cluster.pass(2 * timeout);
    expect(survivor.state.configuration).toMatchObject({ voters: [3, 4, 5], forced: null });
    expect(cluster.node(5).log).toEqual(survivor.log);
  });
});

describe("a recovery is refused", () => {
  test("while a leader is heard, and by the leader itself", () => {
    const cluster = new Cluster({ size: 3 });
    const leader = cluster.elect(1);
    cluster.heartbeat();
    expect(cluster.node(2).recover([1, 3])).toBe("has-leader");
    expect(leader.recover([2, 3])).toBe("has-leader");
    expect(cluster.node(2).state.currentTerm).toBe(1);
  });

  test("by a node that has just started, or just woken: it has not listened long enough to know", () => {
    const cluster = new Cluster({ size: 3, options: { sleepAfterMs: timeout } });
    cluster.elect(1);
    cluster.heartbeat();
    const restarted = cluster.node(2);
    restarted.restart();
    expect(restarted.recover([1, 3])).toBe("has-leader");
    cluster.pass(5 * timeout);
    const woken = cluster.node(3);
    expect(woken.state.quiesce).not.toBeNull();
    expect(woken.recover([1, 2])).toBe("has-leader");
    expect(cluster.leader.id).toBe(1);
  });

  test.each([[[]], [[1]], [[1, 2, 4]], [[1, 3]]])("if %j are given up: those are not all others", (lost) => {
    const { survivor } = bereft();
    const { currentTerm, lastIndex } = survivor.state;
    expect(survivor.recover(lost)).toBe("other-members");
    expect(survivor.state).toMatchObject({ currentTerm, lastIndex });
  });
});
