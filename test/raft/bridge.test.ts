import { describe, expect, test } from "vitest";
import { Cluster, defaults } from "./harness/cluster.ts";

const timeout = defaults.electionTimeoutMs;

/** Cuts all links between nodes, except the given ones. */
function onlyLinks(cluster: Cluster, reach: (a: number, b: number) => boolean): void {
  for (const { id: a } of cluster.nodes) {
    for (const { id: b } of cluster.nodes) if (a !== b && !reach(a, b)) cluster.cut(a, b);
  }
}

const isBridged = (a: number, b: number): boolean => a === 3 || b === 3 || a < 3 === b < 3;
const isNeighbour = (a: number, b: number): boolean => [1, 4].includes(Math.abs(a - b));

describe.each([
  ["a bridge node between two groups", isBridged],
  ["each node reaches only its neighbours in a ring, which are a majority", isNeighbour],
])("%s", (_, reach) => {
  test.each([1, 3])("leaves leader %i in its term, and at work", (id) => {
    const cluster = new Cluster({ size: 5 });
    const leader = cluster.elect(id);
    const { currentTerm } = leader.state;
    onlyLinks(cluster, reach);
    cluster.pass(20 * timeout);
    leader.propose("x");
    cluster.run();
    expect(cluster.leaders.map((node) => node.id)).toEqual([id]);
    expect(leader.state.currentTerm).toBe(currentTerm);
    expect(leader.state.commitIndex).toBe(leader.state.lastIndex);
  });

  test("has a leader soon after the previous one is lost", () => {
    const cluster = new Cluster({ size: 5, random: (id) => () => ((id * 7) % 5) / 5 });
    cluster.elect(1);
    onlyLinks(cluster, reach);
    cluster.pass(2 * timeout);
    cluster.node(1).crash();
    cluster.pass(10 * timeout);
    cluster.node(1).restart();
    cluster.pass(10 * timeout);
    const { leader } = cluster;
    leader.propose("x");
    cluster.run();
    expect(leader.state.commitIndex).toBe(leader.state.lastIndex);
  });

  test("is over after healing: everything converges", () => {
    const cluster = new Cluster({ size: 5 });
    const leader = cluster.elect(1);
    onlyLinks(cluster, reach);
    leader.propose("a", "b");
    cluster.pass(5 * timeout);
    cluster.heal();
    cluster.pass(10 * timeout);
    const { terms, state } = cluster.leader;
    expect(cluster.nodes.map((node) => node.terms)).toEqual(cluster.nodes.map(() => terms));
    expect(cluster.nodes.map((node) => node.state.commitIndex)).toEqual(
      cluster.nodes.map(() => state.lastIndex),
    );
  });
});
