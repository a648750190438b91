import { describe, expect, test } from "vitest";
import { encodeConfiguration, initialConfiguration } from "../../src/raft/configuration.ts";
import { createEntry } from "../../src/raft/entry.ts";
import { lastIndexWithTermAtMost, termAt } from "../../src/raft/state.ts";
import { toIndex } from "../../src/raft/types.ts";
import { Cluster } from "./harness/cluster.ts";
import { entriesOf, times } from "./harness/entries.ts";
import { between } from "./harness/messages.ts";
import type { TestNode } from "./harness/node.ts";

/**
 * Node 1 leads three nodes. It has compacted up to 9 of 10 committed entries, without row 3. Node 2 has no
 * entries.
 */
function behind(options: Partial<Cluster["options"]> = {}): {
  cluster: Cluster;
  leader: TestNode;
  peer: TestNode;
} {
  const cluster = new Cluster({ size: 3, logs: { 1: times(9, 1), 3: times(9, 1) }, options });
  const leader = cluster.win(1, [3]);
  cluster.deliver(...cluster.take("AppendEntries", { to: 3 }));
  cluster.deliver(...cluster.take("AppendEntriesAccepted"));
  cluster.loseAll();
  leader.compact(9, 3);
  return { cluster, leader, peer: cluster.node(2) };
}

/** As `behind`, with the first segments in flight. */
function sending(options: Partial<Cluster["options"]> = {}): ReturnType<typeof behind> {
  const all = behind(options);
  all.cluster.clock.now += all.cluster.options.heartbeatMs;
  all.leader.wake();
  all.cluster.deliver(...all.cluster.take("AppendEntries", { to: 2 }));
  all.cluster.deliver(...all.cluster.take("AppendEntriesRejected"));
  return all;
}

const indexesOf = (node: TestNode): readonly number[] => node.log.map(({ index }) => index);
const live = [1, 2, 4, 5, 6, 7, 8, 9, 10];

/**
 * A follower in node 1's term 3 with entries of these terms. It knows those up to `commitIndex` as committed.
 */
function follower(terms: readonly number[], commitIndex: number): TestNode {
  const node = new Cluster({ size: 3, logs: { 2: terms }, currentTerms: { 2: 3 } }).node(2);
  const prevTerm = terms[commitIndex - 1] ?? 0;
  node.step(between(1, 2).in(3).append({ prevIndex: commitIndex, prevTerm, commitIndex }));
  return node;
}

const segment = (prevIndex: number, terms: readonly number[], snapshotIndex?: number) =>
  between(1, 2)
    .in(3)
    .segment({
      prevIndex,
      lastIndex: prevIndex + terms.length,
      lastTerm: terms.at(-1) ?? 0,
      entries: entriesOf(terms, prevIndex + 1),
      ...(snapshotIndex === undefined ? {} : { snapshotIndex }),
    });

describe("a follower that lacks compacted entries", () => {
  test("gets the remaining rows, and then entries", () => {
    const { cluster, leader, peer } = behind();
    cluster.heartbeat();
    expect(indexesOf(peer)).toEqual(live);
    expect(peer.state).toMatchObject({ lastIndex: 10, commitIndex: 10, snapshot: { index: 9, term: 1 } });
    expect(leader.progressOf(2)).toMatchObject({ mode: "replicate", matchIndex: 10, inflight: [] });
    leader.propose("more");
    cluster.run();
    expect(peer.log.at(-1)).toEqual(leader.log.at(-1));
  });

  test("gets them in bounded segments, several in flight but no more than the window", () => {
    const { cluster, leader } = sending({ appendBytesMax: 6, inflightMax: 3 });
    for (let round = 0; round < 6; round++) leader.wake();
    const sent = cluster.inFlight("InstallSnapshot", { to: 2 });
    expect(sent.map(({ prevIndex, lastIndex }) => [prevIndex, lastIndex])).toEqual([
      [0, 2],
      [2, 5],
      [5, 7],
    ]);
    expect(sent.every(({ snapshotIndex }) => snapshotIndex === 9)).toBe(true);
    cluster.run();
    cluster.heartbeat();
    expect(indexesOf(cluster.node(2))).toEqual(live);
  });

  test("takes the last compacted index even if its row was removed", () => {
    const { cluster, leader, peer } = behind();
    leader.compact(9, 9);
    leader.compact(10, 8, 9);
    cluster.heartbeat();
    expect(peer.state).toMatchObject({ lastIndex: 10, lastTerm: 2, snapshot: { index: 10, term: 2 } });
    leader.propose("more");
    cluster.run();
    cluster.heartbeat();
    expect(indexesOf(peer)).toEqual([1, 2, 4, 5, 6, 7, 10, 11]);
    expect(peer.state.commitIndex).toBe(11);
  });

  test("counts for a commit with the entries of the snapshot", () => {
    const { cluster, leader } = behind();
    cluster.partition([1, 2], [3]);
    leader.propose("more");
    cluster.loseAll();
    cluster.heartbeat();
    cluster.heartbeat();
    expect(leader.state.commitIndex).toBe(11);
  });

  test("and is a learner, is promoted once it has caught up", () => {
    const cluster = new Cluster({ size: 4, voters: 3 });
    const leader = cluster.elect(1);
    leader.propose("a", "b", "c");
    cluster.run();
    cluster.heartbeat();
    leader.compact(3, 2);
    leader.change({ add: [4] });
    cluster.run();
    cluster.heartbeat();
    expect(indexesOf(cluster.node(4)).slice(0, 4)).toEqual([1, 3, 4, 5]);
    expect(cluster.sent.some(({ type, to }) => type === "InstallSnapshot" && to === 4)).toBe(true);
    expect(leader.state.configuration).toMatchObject({ voters: [1, 2, 3, 4], outgoing: [], learners: [] });
  });
});

describe("an older snapshot never rewinds", () => {
  test("a segment that ends before the commit index changes nothing, and is acknowledged", () => {
    const node = follower([1, 1, 1, 2, 2], 4);
    const { log } = node;
    const writes = [...node.writes];
    node.step(segment(0, [1, 1]), segment(0, [1, 1, 1, 2]));
    expect(node.state).toMatchObject({
      lastIndex: 5,
      commitIndex: 4,
      snapshot: { index: 0, readableIndex: 0 },
    });
    expect([node.log, node.writes]).toEqual([log, writes]);
  });

  test("nor does a repeated or late segment", () => {
    const { cluster, peer } = sending({ appendBytesMax: 6 });
    const [first] = cluster.inFlight("InstallSnapshot");
    cluster.run();
    cluster.heartbeat();
    const { log } = peer;
    if (first !== undefined) cluster.deliver(first, first);
    expect(peer.log).toEqual(log);
    expect(peer.state.commitIndex).toBe(10);
  });

  test("a segment of an older term is refused, and its sender learns the newer term", () => {
    const cluster = new Cluster({ size: 3, currentTerms: { 2: 4 } });
    cluster.node(2).step(segment(0, [1, 1]));
    expect(cluster.node(2).log).toEqual([]);
    expect(cluster.inFlight("AppendEntriesRejected", { to: 1 })).toMatchObject([{ term: 4, round: 0 }]);
  });
});

describe("a conflicting suffix is dropped, a matching one kept", () => {
  test("conflicting: dropped from the commit index on, by the write that replaces it", () => {
    const node = follower([1, 1, 2, 2, 2], 2);
    node.step(segment(2, [1, 3]));
    expect(node.terms).toEqual([1, 1, 1, 3]);
    expect(node.writes.at(-1)).toMatchObject({
      truncateFrom: 3,
      snapshot: { mark: { index: 4, term: 3 }, rows: [{ index: 3 }, { index: 4 }] },
    });
    expect(node.state).toMatchObject({ lastIndex: 4, lastTerm: 3, commitIndex: 4 });
  });

  test("a shorter log is replaced in the same way: its rows that the snapshot lacks are removed", () => {
    const node = follower([1, 1, 1], 1);
    const { prevIndex, lastTerm, snapshotIndex, entries } = segment(1, [1, 1, 3]);
    node.step(
      between(1, 2)
        .in(3)
        .segment({ prevIndex, lastIndex: 4, lastTerm, snapshotIndex, entries: entries.slice(1) }),
    );
    expect(indexesOf(node)).toEqual([1, 3, 4]);
  });

  test("matching: nothing is written, and all of it counts as committed", () => {
    const node = follower([1, 1, 2, 2, 3], 2);
    const { log } = node;
    const writes = [...node.writes];
    node.step(segment(2, [2, 2], 4));
    expect([node.log, node.writes]).toEqual([log, writes]);
    expect(node.state).toMatchObject({
      lastIndex: 5,
      commitIndex: 4,
      snapshot: { index: 0, readableIndex: 0 },
    });
  });

  test("a kept entry after the segment is not acknowledged as part of it", () => {
    const { cluster } = sending();
    cluster.run();
    const told = cluster.sent.flatMap((sent) =>
      sent.type === "InstallSnapshotResponse" ? sent.commitIndex : [],
    );
    expect(Math.max(...told)).toBe(9);
  });
});

describe("a segment that begins after the commit index is refused", () => {
  test("with the follower's commit index, and nothing changes", () => {
    const cluster = new Cluster({ size: 3, currentTerms: { 2: 3 } });
    cluster.node(2).step(segment(2, [1, 1]));
    expect(cluster.node(2).state).toMatchObject({ lastIndex: 0, commitIndex: 0 });
    expect(cluster.inFlight("InstallSnapshotResponse")).toMatchObject([{ prevIndex: 2, commitIndex: 0 }]);
  });

  test("an uncommitted entry there does not help", () => {
    const node = follower([1, 1, 1, 1], 2);
    node.step(segment(3, [1, 3]));
    expect(node.state).toMatchObject({ lastIndex: 4, commitIndex: 2 });
  });

  test("its sender continues from there at once, and ignores the other refusals as old", () => {
    const { cluster, leader } = sending({ appendBytesMax: 6 });
    leader.wake();
    leader.wake();
    const [first, ...others] = cluster.take("InstallSnapshot");
    expect(others).toHaveLength(2);
    cluster.deliver(...others);
    const [refused, ...later] = cluster.take("InstallSnapshotResponse");
    if (refused !== undefined) cluster.deliver(refused);
    expect(cluster.inFlight("InstallSnapshot")).toMatchObject([{ ...first, to: 2 }]);
    cluster.deliver(...later);
    expect(cluster.inFlight("InstallSnapshot").map(({ prevIndex }) => prevIndex)).toEqual([0, 2]);
  });
});

describe("loss and crashes during a snapshot", () => {
  test("a lost segment is sent again if a follower makes no progress", () => {
    const { cluster, peer } = sending();
    cluster.loseAll();
    cluster.heartbeat();
    expect(peer.state.commitIndex).toBe(0);
    expect(cluster.inFlight("InstallSnapshot")).toEqual([]);
    cluster.pass(cluster.options.electionTimeoutMs);
    expect(indexesOf(peer)).toEqual(live);
  });

  test("a follower that can't be reached gets no segments until it answers a heartbeat", () => {
    const { cluster, leader, peer } = sending();
    cluster.loseAll();
    leader.unreachable(2);
    leader.wake();
    expect(cluster.inFlight("InstallSnapshot")).toEqual([]);
    cluster.heartbeat();
    expect(indexesOf(peer)).toEqual(live);
  });

  test("a follower continues after a restart from what it had installed", () => {
    const { cluster, peer } = sending({ appendBytesMax: 6 });
    cluster.deliver(...cluster.take("InstallSnapshot"));
    cluster.loseAll();
    peer.restart();
    expect(peer.state).toMatchObject({ commitIndex: 2, lastIndex: 2, snapshot: { readableIndex: 9 } });
    const before = cluster.sent.length;
    cluster.pass(2 * cluster.options.electionTimeoutMs);
    expect(indexesOf(peer)).toEqual(live);
    const again = cluster.sent
      .slice(before)
      .flatMap((sent) => (sent.type === "InstallSnapshot" ? sent.prevIndex : []));
    expect(Math.min(...again)).toBe(2);
  });

  test("a crash before a segment is durable leaves the log as it was, and sends nothing", () => {
    const { cluster, peer } = sending();
    peer.holdWrites = true;
    cluster.run();
    expect(cluster.sent.some(({ type }) => type === "InstallSnapshotResponse")).toBe(false);
    peer.restart();
    expect(peer.state).toMatchObject({
      lastIndex: 0,
      commitIndex: 0,
      snapshot: { index: 0, readableIndex: 0 },
    });
  });

  test("a damaged segment is dropped and counted", () => {
    const sound = segment(0, [1, 1]);
    const [row] = sound.entries;
    const damaged = [
      { ...sound, checksum: sound.checksum + 1 },
      { ...sound, lastTerm: 2 },
      { ...sound, entries: sound.entries.slice(1) },
      { ...sound, entries: row === undefined ? [] : [{ ...row, data: new Uint8Array(3) }] },
    ];
    const cluster = new Cluster({ size: 3, currentTerms: { 2: 3 } });
    const node = cluster.node(2);
    node.step(...damaged);
    expect([node.log, node.raft.corruptEntries, cluster.sent]).toEqual([[], 4, []]);
    node.step(sound);
    expect(node.terms).toEqual([1, 1]);
  });

  test.each([
    [
      "rows out of order",
      { prevIndex: 0, lastIndex: 2, lastTerm: 1, entries: entriesOf([1, 1]).toReversed() },
    ],
    ["a row before its beginning", { prevIndex: 1, lastIndex: 2, lastTerm: 1, entries: entriesOf([1, 1]) }],
    ["a row behind its end", { prevIndex: 0, lastIndex: 1, lastTerm: 1, entries: entriesOf([1, 1]) }],
    ["a row newer than its end", { prevIndex: 0, lastIndex: 3, lastTerm: 1, entries: entriesOf([1, 2]) }],
    [
      "an end beyond the snapshot",
      { prevIndex: 0, lastIndex: 2, lastTerm: 1, snapshotIndex: 1, entries: [] },
    ],
    ["an end of a future term", { prevIndex: 0, lastIndex: 2, lastTerm: 9, entries: [] }],
    ["no end", { prevIndex: 2, lastIndex: 2, lastTerm: 1, entries: [] }],
  ])("a segment can't have %s", (_, fields) => {
    const node = new Cluster({ size: 3, currentTerms: { 2: 3 } }).node(2);
    node.step(between(1, 2).in(3).segment(fields));
    expect([node.log, node.raft.corruptEntries]).toEqual([[], 1]);
  });
});

describe("a new leader completes a snapshot that the old one began", () => {
  function taken(compacted: number): { cluster: Cluster; peer: TestNode } {
    const { cluster, leader, peer } = sending({ appendBytesMax: 6 });
    cluster.deliver(...cluster.take("InstallSnapshot"));
    cluster.loseAll();
    cluster.node(3).step(between(1, 3).in(2).append({ prevIndex: 10, prevTerm: 2, commitIndex: 10 }));
    cluster.loseAll();
    leader.crash();
    cluster.node(3).compact(compacted);
    cluster.win(3, [2]);
    return { cluster, peer };
  }

  test("with the rest of its own snapshot", () => {
    const { cluster, peer } = taken(8);
    cluster.run();
    cluster.heartbeat();
    expect(peer.state).toMatchObject({ commitIndex: 11, snapshot: { index: 8, readableIndex: 9 } });
    const sent = cluster.sent.filter(({ type, from }) => type === "InstallSnapshot" && from === 3);
    expect(sent[0]).toMatchObject({ prevIndex: 2 });
  });

  test("with entries, if it has compacted less than the follower already has", () => {
    const { cluster, peer } = taken(1);
    cluster.run();
    cluster.heartbeat();
    expect(peer.state).toMatchObject({ commitIndex: 11, snapshot: { index: 2, readableIndex: 9 } });
    expect(cluster.sent.some(({ type, from }) => type === "InstallSnapshot" && from === 3)).toBe(false);
  });
});

describe("a node with half of a snapshot", () => {
  test("does not campaign, not even when asked to, and votes", () => {
    const { cluster, peer } = sending({ appendBytesMax: 6 });
    cluster.deliver(...cluster.take("InstallSnapshot"));
    cluster.loseAll();
    expect(peer.raft.wakeAt()).toBeNull();
    cluster.clock.now += 10 * cluster.options.electionTimeoutMs;
    peer.wake();
    const { lastIndex } = peer.state;
    peer.step({ type: "TimeoutNow", from: 1, to: 2, term: 2, lastIndex });
    expect([peer.role, cluster.pool]).toEqual(["follower", []]);
    cluster.win(3, [2]);
  });

  test("refuses a forced recovery when all others are lost", () => {
    const { cluster, peer } = sending({ appendBytesMax: 6 });
    cluster.deliver(...cluster.take("InstallSnapshot"));
    cluster.clock.now += 10 * cluster.options.electionTimeoutMs;
    expect(peer.raft.recover([1, 3], 0, cluster.clock.now)).toBe("half-snapshot");
  });
});

describe("the configuration in force after a segment", () => {
  const configuration = initialConfiguration(["weur", "weur", "weur", "weur"]);
  const entryAt = (index: number) =>
    createEntry(toIndex(index), 1, "configuration", encodeConfiguration(configuration));

  test("is the newest one in the segment", () => {
    const node = follower([1, 1], 1);
    const entries = [entryAt(3)];
    node.step(between(1, 2).in(3).segment({ prevIndex: 1, lastIndex: 4, lastTerm: 2, entries }));
    expect(node.state).toMatchObject({ configurationIndex: 3, configuration: { voters: [1, 2, 3, 4] } });
    node.restart();
    expect(node.state.configurationIndex).toBe(3);
  });

  test("is an older one, if the segment replaced a newer one that was never committed", () => {
    const node = follower([1], 1);
    node.step(
      between(1, 2)
        .in(3)
        .append({ prevIndex: 1, prevTerm: 1, entries: [entryAt(2)] }),
    );
    expect(node.state.configurationIndex).toBe(2);
    node.step(segment(1, [2, 2]));
    expect(node.state).toMatchObject({ configurationIndex: 0, configuration: { voters: [1, 2, 3] } });
  });
});

describe("compaction", () => {
  test("is safe with a full window: entries in flight may be compacted, and the peer is probed", () => {
    const cluster = new Cluster({ size: 3, options: { inflightMax: 2 } });
    const leader = cluster.elect(1);
    for (const text of ["a", "b", "c", "d"]) leader.propose(text);
    const held = cluster.take("AppendEntries", { to: 2 });
    cluster.run();
    expect(leader.state.commitIndex).toBe(5);
    leader.compact(5, 1);
    cluster.loseAll();
    leader.wake();
    cluster.deliver(...held);
    cluster.run();
    cluster.heartbeat();
    expect(cluster.node(2).state).toMatchObject({ lastIndex: 5, commitIndex: 5 });
    expect(leader.progressOf(2)).toMatchObject({ mode: "replicate", matchIndex: 5 });
  });

  test("does not block appends during a snapshot: entries go to the others, and are committed", () => {
    const { cluster, leader } = sending({ appendBytesMax: 6 });
    leader.propose("more");
    cluster.deliver(...cluster.take("AppendEntries", { to: 3 }));
    cluster.deliver(...cluster.take("AppendEntriesAccepted"));
    expect(leader.state.commitIndex).toBe(11);
    expect(leader.progressOf(2).mode).toBe("snapshot");
  });

  test("goes on while a snapshot is sent: the next segments are of the newer one", () => {
    const { cluster, leader, peer } = sending({ appendBytesMax: 6 });
    leader.compact(10, 3, 8);
    cluster.run();
    cluster.heartbeat();
    expect(indexesOf(peer)).toEqual([1, 2, 4, 5, 6, 7, 9, 10]);
    expect(peer.state.snapshot).toEqual({ index: 10, term: 2, readableIndex: 10 });
  });

  test("never passes the commit index, and never goes back", () => {
    const { leader } = behind();
    leader.compact(4);
    expect(leader.state.snapshot.index).toBe(9);
    leader.propose("more");
    expect(() => leader.compact(11)).toThrow("is not committed");
  });

  test("does not keep a leader from working, or from being elected", () => {
    const { cluster, leader } = behind();
    leader.restart();
    expect(leader.state).toMatchObject({ commitIndex: 9, lastIndex: 10, lastTerm: 2 });
    cluster.elect(1).propose("more");
    cluster.run();
    cluster.heartbeat();
    expect(cluster.nodes.map(({ state }) => state.commitIndex)).toEqual([12, 12, 12]);
  });

  test("a follower takes only the entries of an append that its snapshot does not cover", () => {
    const node = follower([1, 1, 1, 1], 3);
    node.compact(3, 1, 2);
    node.step(
      between(1, 2)
        .in(3)
        .append({ prevIndex: 1, prevTerm: 1, entries: entriesOf([1, 1, 1, 3], 2) }),
    );
    expect(node.log.map(({ index, term }) => [index, term])).toEqual([
      [3, 1],
      [4, 1],
      [5, 3],
    ]);
  });
});

describe("the term of a compacted entry is never read as 0", () => {
  const compacted = (): TestNode => {
    const node = follower([1, 1, 2, 2, 3], 4);
    node.compact(4, 1, 4);
    return node;
  };

  test("it is unknown, except at the snapshot's end", () => {
    const terms = [0, 1, 3, 4, 5, 6].map((index) => termAt(compacted().state, toIndex(index)));
    expect(terms).toEqual([null, null, null, 2, 3, null]);
  });

  test("no search goes before the snapshot's end", () => {
    const { state } = compacted();
    expect([0, 1, 2, 3].map((term) => lastIndexWithTermAtMost(state, toIndex(5), term))).toEqual([
      4, 4, 4, 5,
    ]);
  });

  test("whether an entry is of a term is read from its row, and unknown if that was removed", () => {
    const { raft } = compacted();
    const isOf = (index: number, term: number): boolean | null => raft.isOfTerm(toIndex(index), term);
    expect([isOf(1, 1), isOf(1, 0), isOf(2, 1), isOf(2, 2), isOf(4, 2), isOf(5, 3)]).toEqual([
      ...[null, null, true, false, true, true],
    ]);
  });
});
