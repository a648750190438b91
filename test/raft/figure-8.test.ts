import { expect, test } from "vitest";
import { Cluster } from "./harness/cluster.ts";

/** The paper's figure 8 up to (b): node 1 put an entry of term 2 on node 2, and node 5 one of term 3 on itself. */
function upToB(): Cluster {
  const cluster = new Cluster({ size: 5, logs: { 1: [1], 2: [1], 3: [1], 4: [1], 5: [1] } });
  cluster.win(1, [2, 3, 4, 5]);
  cluster.deliver(...cluster.take("AppendEntries", { to: 2 }));
  cluster.loseAll();
  cluster.node(1).crash();

  cluster.win(5, [3, 4]);
  cluster.loseAll();
  cluster.node(5).crash();
  expect(cluster.nodes.map(({ terms }) => terms)).toEqual([[1, 2], [1, 2], [1], [1], [1, 3]]);
  return cluster;
}

/** The node restarts, and learns the present term by losing a pre-vote. */
function comeBack(cluster: Cluster, id: number): void {
  cluster.node(id).restart();
  cluster.campaign(id);
  cluster.run();
  expect(cluster.leaders).toEqual([]);
}

/** (c): node 1 leads term 4, and its entry of term 2 is on a majority: nodes 1, 2 and 3. */
function upToC(): Cluster {
  const cluster = upToB();
  comeBack(cluster, 1);
  cluster.win(1, [2, 3, 4]);
  // Node 3 lacks entry 2 and rejects the first append. It then gets only entry 2: the rest is lost.
  cluster.deliver(...cluster.take("AppendEntries", { to: 3 }));
  cluster.deliver(...cluster.take("AppendEntriesRejected", { from: 3 }));
  cluster.deliver(...cluster.take("AppendEntries", { to: 3 }));
  cluster.deliver(...cluster.take("AppendEntriesAccepted", { from: 3 }));
  const [append] = cluster.take("AppendEntries", { to: 3 });
  if (append === undefined) throw new Error("nothing was sent to node 3");
  expect(append.entries.map(({ term }) => term)).toEqual([2, 4]);
  cluster.loseAll();
  cluster.deliver({ ...append, entries: append.entries.slice(0, 1) });
  expect(cluster.nodes.map(({ terms }) => terms)).toEqual([[1, 2, 4], [1, 2], [1, 2], [1], [1, 3]]);
  return cluster;
}

test("replicas of an old term are not counted: figure 8 (c), an entry of term 2 on a majority in term 4", () => {
  const cluster = upToC();
  cluster.deliver(...cluster.take("AppendEntriesAccepted", { from: 3 }));
  expect(cluster.node(1).progressOf(3).matchIndex).toBe(2);
  // Node 2 answers the same.
  cluster.clock.now += cluster.options.heartbeatMs;
  cluster.node(1).wake();
  cluster.deliver(...cluster.take("AppendEntries", { to: 2 }).map((append) => ({ ...append, entries: [] })));
  cluster.deliver(...cluster.take("AppendEntriesAccepted"));
  expect(cluster.node(1).progressOf(2).matchIndex).toBe(2);
  expect(cluster.node(1).state.commitIndex).toBe(0);
});

test("figure 8 (d): node 5 may still replace that entry everywhere, and late answers to node 1 change nothing", () => {
  const cluster = upToC();
  const late = cluster.take("AppendEntriesAccepted", { from: 3 });
  cluster.node(1).crash();
  comeBack(cluster, 5);
  cluster.elect(5);
  cluster.node(1).restart();
  cluster.deliver(...late);
  cluster.heartbeat(cluster.node(5));
  cluster.heartbeat(cluster.node(5));
  expect(cluster.nodes.map(({ terms }) => terms)).toEqual([1, 2, 3, 4, 5].map(() => [1, 3, 5]));
  expect(cluster.nodes.map(({ state }) => state.commitIndex)).toEqual([3, 3, 3, 3, 3]);
});

test("figure 8 (e): once an entry of term 4 is on a majority, both are committed, and node 5 can't win", () => {
  const cluster = upToC();
  cluster.loseAll();
  cluster.partition([1, 2, 3]);
  cluster.heartbeat(cluster.node(1));
  expect(cluster.node(1).state.commitIndex).toBe(3);
  cluster.node(1).crash();
  cluster.heal();
  cluster.node(5).restart();
  cluster.campaign(5);
  cluster.run();
  expect(cluster.leaders).toEqual([]);
  expect(cluster.elect(2).terms.slice(0, 3)).toEqual([1, 2, 4]);
});

test("figure 8 (c) with reordered and repeated answers: the commit waits for an entry of the present term", () => {
  const cluster = upToC();
  const [two] = cluster.take("AppendEntriesAccepted", { from: 3 });
  if (two === undefined) throw new Error("node 3 did not answer");
  cluster.heartbeat(cluster.node(1));
  const leader = cluster.node(1);
  expect(leader.state.commitIndex).toBe(3);
  cluster.deliver(two, two);
  expect(leader.state.commitIndex).toBe(3);
  expect(leader.progressOf(3)).toMatchObject({ matchIndex: 3, nextIndex: 4 });
});
