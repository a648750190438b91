import { describe, expect, test } from "vitest";
import type { Message } from "../../src/raft/messages.ts";
import { Cluster } from "./harness/cluster.ts";
import { between } from "./harness/messages.ts";
import type { TestNode } from "./harness/node.ts";

const everyMessage = (from: number, to: number, term: number): readonly Message[] => {
  const { preVote, preVoteResponse, requestVote, requestVoteResponse, append, accepted, rejected } = between(
    from,
    to,
  ).in(term);
  const end = { lastIndex: 9, lastTerm: 9 };
  return [
    preVote(end),
    preVoteResponse(true),
    preVoteResponse(false),
    requestVote(end),
    requestVoteResponse(true),
    requestVoteResponse(false),
    append({ commitIndex: 9 }),
    accepted(9, 9),
    rejected(9, 0, 0, 9),
  ];
};

/** All state of a node that a message could change. */
const snapshotOf = ({ state, writes, log }: TestNode) => {
  const { effects, log: _, options, random, ...rest } = state;
  return structuredClone({ ...rest, writes: writes.length, log });
};

const nameOf = (message: Message): string =>
  "granted" in message ? `${message.type}, ${message.granted ? "granted" : "denied"}` : message.type;

describe("a lower term is raised to the higher one", () => {
  const proofs = everyMessage(2, 1, 7).filter(({ type }) => !type.startsWith("PreVote"));
  const all = [...proofs, between(2, 1).in(7).preVoteResponse(false)];

  test.each(all.map((message) => [nameOf(message), message] as const))("by %s", (_, message) => {
    const node = new Cluster({ size: 3, currentTerms: { 1: 3 } }).node(1);
    node.step(message);
    expect(node.state.currentTerm).toBe(7);
    expect(node.durable.hardState.currentTerm).toBe(7);
  });

  test.each([
    ["PreVote", between(2, 1).in(7).preVote({})],
    ["a granted PreVote", between(2, 1).in(7).preVoteResponse(true)],
  ])("but not by %s, whose term no node has entered", (_, message) => {
    const node = new Cluster({ size: 3, currentTerms: { 1: 3 } }).node(1);
    node.step(message);
    expect(node.state.currentTerm).toBe(3);
    expect(node.writes).toEqual([]);
  });
});

describe("a leader or candidate that sees a higher term becomes follower", () => {
  test("a leader", () => {
    const cluster = new Cluster({ size: 3 });
    const leader = cluster.elect(1);
    leader.step(between(2, 1).in(9).rejected(1, 0, 0));
    expect(leader.role).toBe("follower");
    expect(leader.state).toMatchObject({ currentTerm: 9, votedFor: null, leader: null });
    expect(leader.propose("x")).toEqual(["not-leader"]);
  });

  test("a candidate", () => {
    const cluster = new Cluster({ size: 3 });
    cluster.campaign(1);
    cluster.deliver(...cluster.take("PreVote", { to: 2 }));
    cluster.deliver(...cluster.take("PreVoteResponse"));
    expect(cluster.node(1).role).toBe("candidate");
    cluster.node(1).step(between(3, 1).in(9).requestVoteResponse(false));
    expect(cluster.node(1).role).toBe("follower");
    expect(cluster.node(1).state).toMatchObject({ currentTerm: 9, votedFor: null });
  });
});

test("one leader a term: of two candidates in a term, one wins", () => {
  const cluster = new Cluster({ size: 5 });
  for (const id of [1, 2]) cluster.campaign(id);
  cluster.deliver(...cluster.take("PreVote"));
  cluster.deliver(...cluster.take("PreVoteResponse"));
  expect([1, 2].map((id) => [cluster.node(id).role, cluster.node(id).state.currentTerm])).toEqual([
    ["candidate", 1],
    ["candidate", 1],
  ]);
  cluster.run();
  expect(cluster.leaders).toHaveLength(1);
});

describe("a stale request changes nothing", () => {
  const stale = everyMessage(2, 1, 3);

  test.each(stale.map((message) => [nameOf(message), message] as const))(
    "to a follower: %s",
    (_, message) => {
      const cluster = new Cluster({ size: 3, logs: { 1: [1, 4] }, currentTerms: { 1: 4 }, votes: { 1: 3 } });
      const node = cluster.node(1);
      node.step(between(3, 1).in(4).append({ prevIndex: 2, prevTerm: 4, commitIndex: 1 }));
      const before = snapshotOf(node);
      cluster.clock.now += 10;
      node.step(message);
      expect(snapshotOf(node)).toEqual(before);
    },
  );

  test.each(stale.map((message) => [nameOf(message), message] as const))("to a leader: %s", (_, message) => {
    const cluster = new Cluster({ size: 3, logs: { 1: [3], 2: [3], 3: [3] } });
    const leader = cluster.elect(1);
    leader.read();
    const before = snapshotOf(leader);
    leader.step(message);
    expect(snapshotOf(leader)).toEqual(before);
    expect(leader.reads).toEqual([]);
  });

  test("and its sender learns the newer term", () => {
    const cluster = new Cluster({ size: 3, currentTerms: { 1: 4 } });
    const { preVote, requestVote, append } = between(2, 1).in(3);
    cluster.node(1).step(preVote({}), requestVote({}), append({}));
    expect(cluster.pool).toMatchObject([
      { type: "PreVoteResponse", to: 2, term: 4, granted: false },
      { type: "RequestVoteResponse", to: 2, term: 4, granted: false },
      { type: "AppendEntriesRejected", to: 2, term: 4 },
    ]);
  });

  test("and a stale answer is not answered", () => {
    const cluster = new Cluster({ size: 3, currentTerms: { 1: 4 } });
    const { preVoteResponse, requestVoteResponse, accepted, rejected } = between(2, 1).in(3);
    cluster.node(1).step(preVoteResponse(true), requestVoteResponse(true), accepted(1), rejected(1, 0, 0));
    expect(cluster.pool).toEqual([]);
  });
});

describe("a message of a node that is not a member is ignored: no state change, and no answer that could carry a term", () => {
  const strangers = [
    ["from a node that is not a member", everyMessage(9, 1, 99)],
    ["from itself", everyMessage(1, 1, 99)],
    ["for another node", everyMessage(2, 3, 99)],
  ] as const;
  const cases = strangers.flatMap(([stranger, messages]) =>
    messages.map((message) => [nameOf(message), stranger, message] as const),
  );

  test.each(cases)("%s %s", (_, _who, message) => {
    const cluster = new Cluster({ size: 3 });
    const leader = cluster.elect(1);
    const before = snapshotOf(leader);
    leader.step(message);
    expect(snapshotOf(leader)).toEqual(before);
    expect(cluster.pool).toEqual([]);
  });
});

test("a term's leader commits earlier terms' entries only together with one of its own", () => {
  const cluster = new Cluster({ size: 3, logs: { 1: [1, 2], 2: [1, 2], 3: [1] } });
  const leader = cluster.win(1, [2]);
  const { accepted } = between(2, 1).in(3);
  leader.step(accepted(2));
  expect(leader.state.commitIndex).toBe(0);
  leader.step(accepted(3));
  expect(leader.state.commitIndex).toBe(3);
});
