import { describe, expect, test } from "vitest";
import { Random } from "../simulation/world/random.ts";
import { Cluster, defaults } from "./harness/cluster.ts";
import { between } from "./harness/messages.ts";

const timeout = defaults.electionTimeoutMs;

describe("leaders", () => {
  test.each([1, 3, 5])("one leader and a stable term while idle: %i nodes", (size) => {
    const cluster = new Cluster({ size });
    cluster.pass(3 * timeout);
    const { id, state } = cluster.leader;
    const { currentTerm } = state;
    cluster.pass(60 * timeout);
    expect(cluster.leader.id).toBe(id);
    expect(cluster.nodes.map(({ state }) => state.currentTerm)).toEqual(cluster.nodes.map(() => currentTerm));
    expect(cluster.nodes.map(({ state }) => state.leader)).toEqual(cluster.nodes.map(() => id));
  });

  test("are not elected without a quorum, and are once it is back", () => {
    const cluster = new Cluster({ size: 3 });
    cluster.node(2).crash();
    cluster.node(3).crash();
    cluster.pass(20 * timeout);
    expect(cluster.leaders).toEqual([]);
    expect(cluster.node(1).state.currentTerm).toBe(0);
    cluster.node(3).restart();
    cluster.pass(4 * timeout);
    expect(cluster.leader.state.commitIndex).toBe(1);
  });

  test("a restarted node is a follower, and never resumes the term that it led", () => {
    const cluster = new Cluster({ size: 3 });
    const { currentTerm } = cluster.elect(1).state;
    cluster.node(1).restart();
    expect(cluster.node(1).role).toBe("follower");
    expect(cluster.elect(1).state.currentTerm).toBe(currentTerm + 1);
  });
});

describe("ranks", () => {
  const deadlineOf = (rank: number, ranks: number, drawn: number): number =>
    new Cluster({ size: 1, options: { rank, ranks }, random: () => () => drawn }).node(1).state
      .electionDeadline;

  test.each([
    [0, 1, 0, 1_000],
    [0, 1, 0.5, 1_500],
    [0, 4, 0, 1_000],
    [0, 4, 0.5, 1_125],
    [1, 4, 0, 1_250],
    [3, 4, 0.5, 1_875],
  ])("rank %i of %i that draws %f waits %f ms", (rank, ranks, drawn, waits) => {
    expect(deadlineOf(rank, ranks, drawn)).toBe(waits);
  });

  test("the node with the lower rank always campaigns first, and every timeout is between one and two", () => {
    const almostOne = 1 - 1e-9;
    for (const ranks of [1, 2, 3, 12]) {
      for (let rank = 0; rank < ranks - 1; rank += 1) {
        expect(deadlineOf(rank, ranks, almostOne)).toBeLessThanOrEqual(deadlineOf(rank + 1, ranks, 0));
      }
      expect(deadlineOf(ranks - 1, ranks, almostOne)).toBeLessThan(2 * timeout);
    }
  });
});

describe("the vote", () => {
  test.each([
    ["wins by a majority", [true, true], "leader"],
    ["waits while nothing is decided", [true], "candidate"],
    ["waits while it can still win", [false, false], "candidate"],
    ["waits at half", [true, false, false], "candidate"],
    ["loses when it can't win any more", [false, false, false], "follower"],
    ["loses with a vote of the others for it", [false, true, false, false], "follower"],
  ] as const)("a candidate of five %s", (_, answers, role) => {
    const cluster = new Cluster({ size: 5 });
    cluster.campaign(1);
    for (const from of [2, 3]) cluster.node(1).step(between(from, 1).in(1).preVoteResponse(true));
    answers.forEach((granted, i) => {
      cluster.node(1).step(
        between(i + 2, 1)
          .in(1)
          .requestVoteResponse(granted),
      );
    });
    expect(cluster.node(1).role).toBe(role);
    expect(cluster.node(1).state.currentTerm).toBe(1);
  });

  test("a repeated answer counts as one vote", () => {
    const cluster = new Cluster({ size: 5 });
    cluster.campaign(1);
    const { preVoteResponse, requestVoteResponse } = between(2, 1).in(1);
    cluster.node(1).step(preVoteResponse(true), preVoteResponse(true), preVoteResponse(true));
    expect(cluster.node(1).role).toBe("pre-candidate");
    cluster.node(1).step(between(3, 1).in(1).preVoteResponse(true));
    expect(cluster.node(1).role).toBe("candidate");
    cluster.node(1).step(requestVoteResponse(true), requestVoteResponse(true), requestVoteResponse(true));
    expect(cluster.node(1).role).toBe("candidate");
  });

  test("an answer to an older candidacy does not count", () => {
    const cluster = new Cluster({ size: 3 });
    const node = cluster.node(1);
    for (const term of [1, 2]) {
      cluster.campaign(1);
      node.step(between(2, 1).in(term).preVoteResponse(true));
      expect(node.state.currentTerm).toBe(term);
    }
    node.step(between(2, 1).in(1).requestVoteResponse(true), between(3, 1).in(1).requestVoteResponse(true));
    expect(node.role).toBe("candidate");
    node.step(between(2, 1).in(2).requestVoteResponse(true));
    expect(node.role).toBe("leader");
  });

  test("there is one vote a term, a repeated request is granted again, and a restart forgets nothing", () => {
    const cluster = new Cluster({ size: 3 });
    const node = cluster.node(1);
    const asked = (from: number): boolean | undefined => {
      node.step(between(from, 1).in(4).requestVote({}));
      return cluster.take("RequestVoteResponse")[0]?.granted;
    };
    expect([asked(2), asked(3), asked(2)]).toEqual([true, false, true]);
    node.restart();
    expect([asked(3), asked(2)]).toEqual([false, true]);
    expect(node.writes).toHaveLength(1);
  });

  test.each([
    ["newer last term beats longer log", [1, 1, 1, 1], { lastIndex: 2, lastTerm: 2 }, true],
    ["older last term loses with a longer log", [1, 2], { lastIndex: 9, lastTerm: 1 }, false],
    ["among equal last terms the longer log wins", [1, 2], { lastIndex: 3, lastTerm: 2 }, true],
    ["the same log is as good", [1, 2], { lastIndex: 2, lastTerm: 2 }, true],
    ["among equal last terms the shorter log loses", [1, 2, 2], { lastIndex: 2, lastTerm: 2 }, false],
    ["an empty log loses to one entry", [1], {}, false],
  ] as const)("%s", (_, log, end, granted) => {
    const cluster = new Cluster({ size: 3, logs: { 1: log } });
    cluster.node(1).step(between(2, 1).in(7).preVote(end), between(2, 1).in(7).requestVote(end));
    expect(cluster.take("PreVoteResponse")).toMatchObject([{ granted }]);
    expect(cluster.take("RequestVoteResponse")).toMatchObject([{ granted }]);
    expect(cluster.node(1).durable.hardState).toEqual({ currentTerm: 7, votedFor: granted ? 2 : null });
  });

  test("a node that voted gives the candidate its time; a node that did not keeps its own deadline", () => {
    const cluster = new Cluster({ size: 3, logs: { 1: [1], 2: [1, 1] } });
    const deadlines = (): (number | null)[] => [1, 2].map((id) => cluster.node(id).raft.wakeAt());
    const [, before] = deadlines();
    cluster.clock.now = 500;
    for (const id of [1, 2]) {
      cluster.node(id).step(between(3, id).in(5).requestVote({ lastIndex: 1, lastTerm: 1 }));
    }
    expect(deadlines()).toEqual([500 + 1.1 * timeout, before]);
  });
});

describe("candidates", () => {
  test("a candidate becomes a follower of its term's leader", () => {
    const cluster = new Cluster({ size: 3 });
    cluster.campaign(1);
    cluster.node(1).step(between(2, 1).in(1).preVoteResponse(true));
    expect(cluster.node(1).role).toBe("candidate");
    cluster.node(1).step(between(2, 1).in(1).append({}));
    expect(cluster.node(1).role).toBe("follower");
    expect(cluster.node(1).state).toMatchObject({ currentTerm: 1, votedFor: 1, leader: 2 });
    cluster.node(1).step(between(3, 1).in(1).requestVoteResponse(true));
    expect(cluster.node(1).role).toBe("follower");
  });

  test("and so does a pre-candidate", () => {
    const cluster = new Cluster({ size: 3, currentTerms: { 1: 1 } });
    cluster.campaign(1);
    cluster.node(1).step(between(2, 1).in(1).append({}), between(3, 1).in(2).preVoteResponse(true));
    expect(cluster.node(1).role).toBe("follower");
    expect(cluster.node(1).state).toMatchObject({ currentTerm: 1, leader: 2 });
  });

  test("timeouts are drawn anew from [1, 2) times the shortest one", () => {
    const random = new Random(1);
    const node = new Cluster({ size: 3, random: () => () => random.float() }).node(1);
    const drawn = Array.from({ length: 1_000 }, () => {
      node.step(between(2, 1).in(1).append({}));
      return (node.raft.wakeAt() ?? 0) - node.now;
    });
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(timeout);
    expect(Math.min(...drawn)).toBeLessThan(1.02 * timeout);
    expect(Math.max(...drawn)).toBeGreaterThan(1.98 * timeout);
    expect(Math.max(...drawn)).toBeLessThan(2 * timeout);
    expect(new Set(drawn).size).toBe(1_000);
  });

  test("simultaneous timeouts are rare", () => {
    const random = new Random(2);
    const roundTripMs = 20;
    const elections = Array.from({ length: 1_000 }, () => {
      const { nodes } = new Cluster({ size: 3, random: () => () => random.float() });
      const [first = 0, second = 0] = nodes.map(({ raft }) => raft.wakeAt() ?? 0).sort((a, b) => a - b);
      return second - first;
    });
    const split = elections.filter((gapMs) => gapMs < roundTripMs);
    // The chance that the first two of three uniform draws fall within g of each other is 1 - (1 - g)³.
    expect(split.length).toBeLessThan(100);
  });
});
