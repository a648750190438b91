import { describe, expect, test } from "vitest";
import { Cluster } from "./harness/cluster.ts";
import { entriesOf } from "./harness/entries.ts";
import { between } from "./harness/messages.ts";

describe("nothing leaves before it is durable", () => {
  test("a follower's acknowledgement waits, and is gone with a crash", () => {
    const cluster = new Cluster({ size: 3 });
    const node = cluster.node(1);
    node.holdWrites = true;
    const append = between(2, 1)
      .in(1)
      .append({ entries: entriesOf([1, 1]) });
    node.step(append);
    expect(node.terms).toEqual([1, 1]);
    expect(cluster.pool).toEqual([]);
    node.restart();
    expect(cluster.pool).toEqual([]);
    expect(node.state.lastIndex).toBe(0);
    node.step(append);
    node.sync();
    expect(cluster.pool).toMatchObject([{ type: "AppendEntriesAccepted", matchIndex: 2 }]);
  });

  test("an acknowledgement waits for an unfinished earlier write, even if its own message writes nothing", () => {
    const cluster = new Cluster({ size: 3 });
    const node = cluster.node(1);
    node.holdWrites = true;
    const { append } = between(2, 1).in(1);
    node.step(append({ entries: entriesOf([1]) }), append({ prevIndex: 1, prevTerm: 1 }));
    expect(cluster.pool).toEqual([]);
    node.sync();
    expect(cluster.pool).toMatchObject([{ matchIndex: 1 }, { matchIndex: 1 }]);
  });

  test("a vote, and a candidate's question, wait for the vote", () => {
    const cluster = new Cluster({ size: 3 });
    const [voter, candidate] = [cluster.node(1), cluster.node(2)];
    voter.holdWrites = true;
    voter.step(between(3, 1).in(1).requestVote({}));
    candidate.holdWrites = true;
    cluster.campaign(2);
    candidate.sync();
    candidate.step(between(3, 2).in(1).preVoteResponse(true));
    expect(candidate.role).toBe("candidate");
    expect([...cluster.inFlight("RequestVote"), ...cluster.inFlight("RequestVoteResponse")]).toEqual([]);
    for (const node of [voter, candidate]) node.sync();
    expect(cluster.inFlight("RequestVote").map(({ to }) => to)).toEqual([1, 3]);
    expect(cluster.inFlight("RequestVoteResponse")).toMatchObject([{ from: 1, to: 3, granted: true }]);
  });

  test("a proposal waits, so that no follower holds what its leader could forget", () => {
    const cluster = new Cluster({ size: 3 });
    const leader = cluster.elect(1);
    leader.holdWrites = true;
    leader.propose("x");
    expect(cluster.pool).toEqual([]);
    leader.crash();
    expect(leader.durable.log).toHaveLength(1);
  });
});

describe("a leader counts its own entry once it is durable", () => {
  test("not before: until then the others alone must make up the majority", () => {
    const cluster = new Cluster({ size: 3 });
    const leader = cluster.elect(1);
    leader.holdWrites = true;
    leader.propose("x");
    const mark = leader.raft.mark();
    leader.letOut();
    cluster.deliver(...cluster.take("AppendEntries", { to: 2 }));
    cluster.deliver(...cluster.take("AppendEntriesAccepted"));
    expect(leader.progressOf(2).matchIndex).toBe(2);
    expect(leader.state.commitIndex).toBe(1);
    leader.reportDurable(mark);
    expect(leader.state.commitIndex).toBe(2);
  });

  test("a majority without it is enough", () => {
    const cluster = new Cluster({ size: 3 });
    const leader = cluster.elect(1);
    leader.holdWrites = true;
    leader.propose("x");
    leader.letOut();
    cluster.run();
    expect(leader.state.commitIndex).toBe(2);
  });

  test("a completion covers only entries written before it was requested", () => {
    const cluster = new Cluster({ size: 3 });
    const leader = cluster.elect(1);
    leader.holdWrites = true;
    leader.propose("x");
    const mark = leader.raft.mark();
    leader.propose("y");
    leader.letOut();
    cluster.deliver(...cluster.take("AppendEntries", { to: 2 }));
    cluster.deliver(...cluster.take("AppendEntriesAccepted"));
    leader.reportDurable(mark);
    expect(leader.state.commitIndex).toBe(2);
  });
});

describe("late completions", () => {
  /** Node 1 led term 1 and wrote entries 2 and 3, not yet durable. Then node 3 led. */
  function overtaken() {
    const cluster = new Cluster({ size: 3 });
    const node = cluster.elect(1);
    node.propose("lost", "lost too");
    cluster.loseAll();
    const late = node.raft.mark();
    cluster.stepDown(node);
    cluster.partition([2, 3]);
    cluster.elect(3);
    cluster.heal();
    return { cluster, node, late };
  }

  test("an old self-acknowledgement after a term change is ignored", () => {
    const { cluster, node, late } = overtaken();
    cluster.heartbeat(cluster.node(3));
    cluster.stepDown(cluster.node(3));
    node.holdWrites = true;
    cluster.campaign(1);
    node.sync();
    for (const from of [2, 3]) node.step(between(from, 1).in(3).preVoteResponse(true));
    for (const from of [2, 3]) node.step(between(from, 1).in(3).requestVoteResponse(true));
    expect(node.terms).toEqual([1, 2, 3]);
    expect(late).toEqual({ term: 1, lastIndex: 3 });
    node.reportDurable(late);
    expect(node.leadership.durableIndex).toBe(0);
    node.step(between(2, 1).in(3).accepted(3));
    expect(node.state.commitIndex).toBeLessThan(3);
  });

  test("a late write completion does not cover a rewritten index", () => {
    const { cluster, node, late } = overtaken();
    node.holdWrites = true;
    node.step(
      between(3, 1)
        .in(2)
        .append({ prevIndex: 1, prevTerm: 1, entries: entriesOf([2], 2) }),
    );
    expect(node.terms).toEqual([1, 2]);
    node.reportDurable(late);
    expect(cluster.inFlight("AppendEntriesAccepted")).toEqual([]);
    expect(node.durable.log).not.toEqual(node.log);
    node.sync();
    expect(cluster.take("AppendEntriesAccepted").at(-1)).toMatchObject({ from: 1, matchIndex: 2 });
  });

  test("a late durable self-vote of an old candidacy does not count", () => {
    const cluster = new Cluster({ size: 3 });
    const node = cluster.node(1);
    const candidacy = (term: number) => {
      cluster.campaign(1);
      node.sync();
      node.step(between(2, 1).in(term).preVoteResponse(true));
      return node.raft.mark();
    };
    node.holdWrites = true;
    const first = candidacy(1);
    const second = candidacy(2);
    expect(node.role).toBe("candidate");
    node.step(between(2, 1).in(1).requestVoteResponse(true));
    node.letOut();
    node.step(between(2, 1).in(2).requestVoteResponse(true));
    node.reportDurable(first);
    expect(node.role).toBe("candidate");
    node.reportDurable(second);
    expect(node.role).toBe("leader");
  });

  test("a candidate's own vote counts only when it is durable", () => {
    const cluster = new Cluster({ size: 3 });
    const node = cluster.node(1);
    node.holdWrites = true;
    cluster.campaign(1);
    node.sync();
    node.step(between(2, 1).in(1).preVoteResponse(true), between(2, 1).in(1).requestVoteResponse(true));
    expect(node.role).toBe("candidate");
    node.sync();
    expect(node.role).toBe("leader");
  });
});

describe("a write", () => {
  test("term and vote are one atomic write", () => {
    const cluster = new Cluster({ size: 3 });
    const node = cluster.node(1);
    node.step(between(2, 1).in(4).requestVote({}));
    expect(node.writes).toEqual([
      {
        ...{ hardState: { currentTerm: 4, votedFor: 2 }, quiesce: null },
        ...{ truncateFrom: null, snapshot: null, append: [] },
      },
    ]);
    node.step(
      between(3, 1)
        .in(5)
        .append({ entries: entriesOf([5]) }),
    );
    expect(node.writes.slice(1)).toEqual([
      {
        hardState: { currentTerm: 5, votedFor: null },
        quiesce: null,
        truncateFrom: null,
        snapshot: null,
        append: entriesOf([5]),
      },
    ]);
  });

  test("must be taken over by the host before the next input, because the core reads its log from the disk", () => {
    const { raft } = new Cluster({ size: 1 }).elect(1);
    expect(raft.propose(new Uint8Array(1))).toMatchObject({ index: 2 });
    expect(() => raft.propose(new Uint8Array(1))).toThrow("effects were not taken");
    raft.ready();
    expect(raft.propose(new Uint8Array(1))).toMatchObject({ index: 3 });
  });
});
