import { describe, expect, test } from "vitest";
import type { RaftEvent, VoteRefusal } from "../../src/raft/trace.ts";
import { describeEvent } from "../../src/raft/trace.ts";
import type { NodeId } from "../../src/raft/types.ts";
import { Cluster, type ClusterSetup, defaults } from "./harness/cluster.ts";
import { entriesOf } from "./harness/entries.ts";
import { between } from "./harness/messages.ts";

/** A cluster, and the events of each of its nodes. */
function traced(setup: ClusterSetup): { cluster: Cluster; eventsOf: (id: NodeId) => readonly RaftEvent[] } {
  const events = new Map<NodeId, RaftEvent[]>();
  const trace = (id: NodeId, event: RaftEvent): void => {
    events.set(id, [...(events.get(id) ?? []), event]);
  };
  return { cluster: new Cluster({ ...setup, trace }), eventsOf: (id) => events.get(id) ?? [] };
}

const roles = (events: readonly RaftEvent[]): readonly string[] =>
  events.flatMap((event) => (event.kind === "role" ? [`${event.from} > ${event.to}: ${event.why}`] : []));

describe("a refused vote says why:", () => {
  const cases: readonly (readonly [VoteRefusal, ClusterSetup, (cluster: Cluster) => void])[] = [
    [
      "older-log",
      { size: 3, logs: { 2: [1, 1] } },
      ({ nodes }) => nodes[1]?.step(between(1, 2).in(2).requestVote({ lastIndex: 1, lastTerm: 1 })),
    ],
    [
      "older-term",
      { size: 3, currentTerms: { 2: 5 } },
      ({ nodes }) => nodes[1]?.step(between(1, 2).in(4).requestVote({})),
    ],
    [
      "voted-for-another",
      { size: 3, currentTerms: { 2: 5 }, votes: { 2: 3 } },
      ({ nodes }) => nodes[1]?.step(between(1, 2).in(5).requestVote({})),
    ],
    [
      "has-leader",
      { size: 3 },
      (cluster) => {
        cluster.node(2).step(between(3, 2).in(5).append({}));
        cluster.node(2).step(between(1, 2).in(5).requestVote({}));
      },
    ],
    [
      "live-leader",
      { size: 3 },
      (cluster) => {
        cluster.elect(3);
        cluster.node(2).step(between(1, 2).in(9).requestVote({ lastIndex: 9, lastTerm: 8 }));
      },
    ],
    ["no-member", { size: 3 }, ({ nodes }) => nodes[1]?.step(between(7, 2).in(9).requestVote({}))],
  ];

  test.each(cases)("%s", (refusedFor, setup, run) => {
    const { cluster, eventsOf } = traced(setup);
    run(cluster);
    const votes = eventsOf(2).filter(({ kind }) => kind === "vote");
    expect(votes.at(-1)).toMatchObject({ refusedFor, isPreVote: false });
  });

  test("also a refused pre-vote, and marks it as one", () => {
    const { cluster, eventsOf } = traced({ size: 3, logs: { 2: [1, 1] } });
    cluster.node(2).step(between(1, 2).in(2).preVote({ lastIndex: 1, lastTerm: 1 }));
    expect(eventsOf(2)).toEqual([
      { kind: "vote", candidate: 1, term: 2, isPreVote: true, refusedFor: "older-log" },
    ]);
  });
});

describe("an election says", () => {
  test("which nodes voted, which entered the term and why, and which leads", () => {
    const { cluster, eventsOf } = traced({ size: 3 });
    cluster.elect(1);
    expect(roles(eventsOf(1))).toEqual([
      "follower > pre-candidate: election-timeout",
      "pre-candidate > candidate: pre-votes-won",
      "candidate > leader: votes-won",
    ]);
    expect(eventsOf(1)).toContainEqual({ kind: "term", from: 0, to: 1, why: "candidacy" });
    expect(eventsOf(2)).toEqual([
      { kind: "vote", candidate: 1, term: 1, isPreVote: true, refusedFor: null },
      { kind: "term", from: 0, to: 1, why: "newer-term-seen" },
      { kind: "vote", candidate: 1, term: 1, isPreVote: false, refusedFor: null },
    ]);
  });

  test("if leadership was handed over", () => {
    const { cluster, eventsOf } = traced({ size: 3 });
    cluster.elect(1).transfer(2);
    cluster.run();
    expect(roles(eventsOf(2))[0]).toBe("follower > candidate: leadership-handed-over");
    expect(roles(eventsOf(1)).at(-1)).toBe("leader > follower: newer-term-seen");
  });

  test("if it was lost", () => {
    const { cluster, eventsOf } = traced({ size: 3, logs: { 1: [1], 2: [1, 1], 3: [1, 1] } });
    cluster.campaign(1);
    cluster.run();
    expect(roles(eventsOf(1)).at(-1)).toBe("pre-candidate > follower: election-lost");
  });
});

describe("a leader that steps down says why:", () => {
  test("it heard no majority", () => {
    const { cluster, eventsOf } = traced({ size: 3 });
    cluster.elect(1);
    cluster.partition([1], [2, 3]);
    cluster.pass(3 * defaults.electionTimeoutMs);
    expect(roles(eventsOf(1))).toContain("leader > follower: no-majority-heard");
  });

  test("it was removed", () => {
    const { cluster, eventsOf } = traced({ size: 3 });
    cluster.elect(1).change({ remove: [1] });
    cluster.pass(3 * defaults.electionTimeoutMs);
    expect(roles(eventsOf(1))).toContain("leader > follower: removed");
  });
});

test("a truncation says which entries were removed", () => {
  const { cluster, eventsOf } = traced({ size: 3, logs: { 1: [1, 1, 1], 2: [1, 2] } });
  const [, second] = entriesOf([1, 3]);
  const entries = second === undefined ? [] : [second];
  cluster.node(1).step(between(2, 1).in(3).append({ prevIndex: 1, prevTerm: 1, entries }));
  expect(eventsOf(1)).toContainEqual({ kind: "truncation", from: 2, to: 3, why: "conflict" });
});

test("each event is one line for people", () => {
  const { cluster, eventsOf } = traced({ size: 3 });
  cluster.elect(1);
  cluster.node(2).step(between(3, 2).in(9).requestVote({}));
  const lines = eventsOf(2).map(describeEvent);
  expect(lines).toEqual([
    "gives 1 its pre-vote in term 1",
    "enters term 1 after 0: newer-term-seen",
    "gives 1 its vote in term 1",
    "refuses 3 its vote in term 9: live-leader",
  ]);
});
