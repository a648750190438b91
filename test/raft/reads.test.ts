import { describe, expect, test } from "vitest";
import { Cluster } from "./harness/cluster.ts";
import { between } from "./harness/messages.ts";
import type { TestNode } from "./harness/node.ts";

/** A leader of three. Its first entry is committed, and all know it. */
function settled(): { cluster: Cluster; leader: TestNode } {
  const cluster = new Cluster({ size: 3 });
  const leader = cluster.elect(1);
  cluster.heartbeat();
  return { cluster, leader };
}

test("a read is confirmed by a majority that answers after it came in", () => {
  const { cluster, leader } = settled();
  const context = leader.read();
  expect(leader.reads).toEqual([]);
  cluster.deliver(...cluster.take("AppendEntries", { to: 3 }));
  cluster.deliver(...cluster.take("AppendEntriesAccepted"));
  expect(leader.reads).toEqual([{ context, index: 1 }]);
});

test("a read covers all that was committed when it came in, and the index that the caller asks for", () => {
  const { cluster, leader } = settled();
  leader.propose("a");
  cluster.run();
  leader.read();
  cluster.run();
  expect(leader.reads).toMatchObject([{ index: 2 }]);

  leader.propose("b");
  leader.read(3);
  const { round } = leader.leadership.reads;
  const { accepted } = between(2, 1).in(1);
  leader.step(accepted(2, round));
  expect(leader.reads).toHaveLength(1);
  leader.step(accepted(3, round));
  expect(leader.reads).toMatchObject([{ index: 2 }, { index: 3 }]);
});

test("only a leader accepts reads; without peers, it confirms them itself", () => {
  const { cluster } = settled();
  expect(cluster.node(2).read()).toBe("not-leader");
  const alone = new Cluster({ size: 1 }).elect(1);
  const context = alone.read();
  expect(alone.reads).toEqual([{ context, index: 1 }]);
});

test("a new leader answers only after a commit of its own term, even if a majority says that it leads", () => {
  const log = [1, 1];
  const cluster = new Cluster({ size: 3, logs: { 1: log, 2: log, 3: log } });
  const leader = cluster.win(1, [2]);
  leader.read();
  const { accepted } = between(2, 1).in(2);
  leader.step(accepted(2, 1));
  expect(leader.progressOf(2).ackedRound).toBe(leader.leadership.reads.round);
  expect(leader.reads).toEqual([]);
  leader.step(accepted(3, 1));
  expect(leader.reads).toMatchObject([{ index: 3 }]);
});

describe("delayed acknowledgements plus a retry never confirm a stale read", () => {
  test("contexts are unique, even if their reads are settled", () => {
    const { cluster, leader } = settled();
    const contexts = [...leader.readTogether(3), leader.read()];
    cluster.run();
    contexts.push(...leader.readTogether(2));
    expect(new Set(contexts).size).toBe(6);
  });

  test("an acknowledgement of an older round does not confirm this one, even if it comes often", () => {
    const { cluster, leader } = settled();
    const first = leader.read();
    cluster.deliver(...cluster.take("AppendEntries"));
    const late = cluster.take("AppendEntriesAccepted");

    cluster.partition([2, 3]);
    cluster.elect(2).propose("newer");
    cluster.run();
    expect(cluster.node(2).state.commitIndex).toBe(3);

    leader.read();
    cluster.run();
    cluster.deliver(...late, ...late);
    expect(leader.reads).toEqual([{ context: first, index: 1 }]);
    leader.read();
    cluster.run();
    cluster.deliver(...late);
    expect(leader.reads).toHaveLength(1);
  });

  test("nor does that of a heartbeat sent before the read came in", () => {
    const { cluster, leader } = settled();
    cluster.clock.now += cluster.options.heartbeatMs;
    leader.wake();
    cluster.deliver(...cluster.take("AppendEntries"));
    const late = cluster.take("AppendEntriesAccepted");
    leader.read();
    cluster.deliver(...late);
    expect(leader.reads).toEqual([]);
    cluster.run();
    expect(leader.reads).toHaveLength(1);
  });

  test("nor does a rejection of a round from an earlier term of this leader", () => {
    const { cluster, leader } = settled();
    for (let i = 0; i < 3; i++) {
      cluster.run();
      leader.read();
    }
    const late = cluster.take("AppendEntries", { to: 3 });
    cluster.run();
    leader.reads.length = 0;

    cluster.stepDown(leader);
    cluster.elect(1);
    cluster.deliver(...late);
    cluster.run();
    expect(leader.role).toBe("leader");

    cluster.partition([2, 3]);
    cluster.elect(2).propose("newer");
    cluster.run();
    leader.read();
    cluster.run();
    expect(leader.reads).toEqual([]);
  });
});

describe("one round serves many reads", () => {
  test("reads that come in together", () => {
    const { cluster, leader } = settled();
    const contexts = leader.readTogether(100);
    expect(cluster.pool.map(({ to }) => to)).toEqual([2, 3]);
    cluster.run();
    expect(leader.reads.map(({ context }) => context)).toEqual(contexts);
  });

  test("reads that come in during a round share the next one", () => {
    const { cluster, leader } = settled();
    leader.read();
    const under = cluster.take("AppendEntries");
    for (let i = 0; i < 100; i++) leader.read();
    expect(cluster.pool).toEqual([]);
    cluster.deliver(...under);
    cluster.deliver(...cluster.take("AppendEntriesAccepted", { from: 2 }));
    expect(leader.reads).toHaveLength(1);
    expect(cluster.inFlight("AppendEntries").map(({ to }) => to)).toEqual([2, 3]);
    cluster.run();
    expect(leader.reads).toHaveLength(101);
  });

  test("a lost round is repeated with the next heartbeat", () => {
    const { cluster, leader } = settled();
    leader.read();
    cluster.loseAll();
    leader.read();
    cluster.run();
    expect(leader.reads).toEqual([]);
    cluster.clock.now += cluster.options.heartbeatMs;
    leader.wake();
    cluster.deliver(...cluster.take("AppendEntries"));
    cluster.deliver(...cluster.take("AppendEntriesAccepted"));
    expect(leader.reads).toHaveLength(2);
    expect(cluster.pool).toEqual([]);
  });
});

test("an answer that arrives after a newer one has no effect", () => {
  const cluster = new Cluster({ size: 5 });
  const leader = cluster.elect(1);
  leader.read();
  const { round } = leader.leadership.reads;
  leader.step(
    between(2, 1).in(1).accepted(1, round),
    between(2, 1)
      .in(1)
      .accepted(1, round - 1),
  );
  expect(leader.reads).toEqual([]);
  leader.step(between(3, 1).in(1).accepted(1, round));
  expect(leader.reads).toHaveLength(1);
});

test("a rejection of the round also shows that its sender still follows", () => {
  const { leader } = settled();
  leader.read();
  leader.step(between(2, 1).in(1).rejected(1, 0, 0, 1));
  expect(leader.reads).toHaveLength(1);
});

test("a demoted leader's pending reads are never confirmed, not even when it leads again", () => {
  const { cluster, leader } = settled();
  leader.read();
  cluster.deliver(...cluster.take("AppendEntries"));
  const late = cluster.take("AppendEntriesAccepted");
  leader.step(between(2, 1).in(7).rejected(1, 0, 0));
  cluster.deliver(...late);
  expect(leader.read()).toBe("not-leader");
  cluster.elect(1);
  cluster.deliver(...late);
  cluster.heartbeat();
  expect(leader.reads).toEqual([]);
});
