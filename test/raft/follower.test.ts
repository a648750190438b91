import { describe, expect, test } from "vitest";
import { Cluster } from "./harness/cluster.ts";
import { entriesOf } from "./harness/entries.ts";
import { between } from "./harness/messages.ts";
import type { TestNode } from "./harness/node.ts";

const { append } = between(2, 1).in(5);

/** A follower with this log, and its answers. */
function follower(log: readonly number[]): { node: TestNode; cluster: Cluster } {
  const cluster = new Cluster({ size: 3, logs: { 1: log }, currentTerms: { 1: 5 } });
  return { node: cluster.node(1), cluster };
}

describe("commit", () => {
  test("commit = min(leader's commit, last new index), because later entries may be another leader's", () => {
    const { node } = follower([1, 1, 2, 2]);
    node.step(append({ prevIndex: 2, prevTerm: 1, commitIndex: 4 }));
    expect(node.state.commitIndex).toBe(2);
    node.step(append({ prevIndex: 2, prevTerm: 1, entries: entriesOf([2], 3), commitIndex: 4 }));
    expect(node.state.commitIndex).toBe(3);
    expect(node.terms).toEqual([1, 1, 2, 2]);
    node.step(append({ prevIndex: 3, prevTerm: 2, entries: entriesOf([5, 5], 4), commitIndex: 4 }));
    expect(node.state.commitIndex).toBe(4);
    expect(node.terms).toEqual([1, 1, 2, 5, 5]);
  });

  test("a rejected append commits nothing", () => {
    const { node } = follower([1, 1, 2]);
    node.step(append({ prevIndex: 3, prevTerm: 1, commitIndex: 3 }));
    expect(node.state.commitIndex).toBe(0);
  });

  test("a heartbeat advances the commit index and never lowers it", () => {
    const { node } = follower([1, 1, 2]);
    node.step(append({ prevIndex: 3, prevTerm: 2, commitIndex: 2 }));
    expect(node.state.commitIndex).toBe(2);
    node.step(append({ prevIndex: 3, prevTerm: 2, commitIndex: 1 }));
    node.step(append({ prevIndex: 1, prevTerm: 1, commitIndex: 9 }));
    expect(node.state.commitIndex).toBe(2);
  });
});

describe("a follower acknowledges only entries that matched", () => {
  test.each([
    ["an empty append", { prevIndex: 2, prevTerm: 1 }, 2],
    ["one that holds less than the log", { prevIndex: 1, prevTerm: 1, entries: entriesOf([1], 2) }, 2],
    ["one that is new in part", { prevIndex: 3, prevTerm: 2, entries: entriesOf([2, 5], 4) }, 5],
    ["one that replaces", { prevIndex: 2, prevTerm: 1, entries: entriesOf([5], 3) }, 3],
    ["one from the beginning", { entries: entriesOf([1]) }, 1],
  ])("%s", (_, fields, matchIndex) => {
    const { node, cluster } = follower([1, 1, 2, 2]);
    node.step(append({ ...fields, round: 7 }));
    expect(cluster.pool).toMatchObject([
      { type: "AppendEntriesAccepted", to: 2, term: 5, matchIndex, round: 7 },
    ]);
  });
});

describe("the previous entry", () => {
  test.each([
    ["an empty append still checks it: another term", { prevIndex: 4, prevTerm: 3 }, 4, 2],
    ["an empty append still checks it: none there", { prevIndex: 9, prevTerm: 3 }, 4, 2],
    ["one that is not there is never of term 0", { prevIndex: 9, prevTerm: 0 }, 0, 0],
    ["entries don't make up for it", { prevIndex: 3, prevTerm: 1, entries: entriesOf([5], 4) }, 2, 1],
  ])("%s", (_, fields, hintIndex, hintTerm) => {
    const { node, cluster } = follower([1, 1, 2, 2]);
    node.step(append(fields));
    const { prevIndex } = fields;
    expect(cluster.pool).toMatchObject([{ type: "AppendEntriesRejected", prevIndex, hintIndex, hintTerm }]);
    expect(node.terms).toEqual([1, 1, 2, 2]);
    expect(node.writes).toEqual([]);
  });
});

describe("truncation", () => {
  test("an old append, shorter than the log, truncates nothing", () => {
    const { node } = follower([1, 1, 2, 2]);
    node.step(append({ prevIndex: 1, prevTerm: 1, entries: entriesOf([1], 2) }), append({}));
    expect(node.terms).toEqual([1, 1, 2, 2]);
    expect(node.writes).toEqual([]);
  });

  test("only a conflict truncates, and only from there", () => {
    const { node } = follower([1, 1, 2, 2]);
    node.step(append({ prevIndex: 1, prevTerm: 1, entries: entriesOf([1, 2, 5], 2) }));
    expect(node.terms).toEqual([1, 1, 2, 5]);
    expect(node.writes).toEqual([
      { hardState: null, quiesce: null, truncateFrom: 4, snapshot: null, append: entriesOf([5], 4) },
    ]);
  });

  test("a restart does not resurrect truncated entries", () => {
    const { node } = follower([1, 1, 2, 2]);
    node.step(append({ prevIndex: 2, prevTerm: 1, entries: entriesOf([5], 3) }));
    node.restart();
    expect(node.state).toMatchObject({ lastIndex: 3, lastTerm: 5 });
    expect(node.terms).toEqual([1, 1, 5]);
  });

  test("a committed entry is never truncated: the node stops", () => {
    const { node } = follower([1, 1, 2]);
    node.step(append({ prevIndex: 3, prevTerm: 2, commitIndex: 3 }));
    expect(() => node.step(append({ prevIndex: 2, prevTerm: 1, entries: entriesOf([5], 3) }))).toThrow(
      "entry 3 is committed",
    );
  });

  test("reordered and repeated appends are harmless", () => {
    const { node } = follower([]);
    const all = [
      append({ entries: entriesOf([5]) }),
      append({ prevIndex: 1, prevTerm: 5, entries: entriesOf([5, 5], 2) }),
      append({ prevIndex: 3, prevTerm: 5, entries: entriesOf([5], 4) }),
    ];
    const [first, second, third] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0]];
    node.step(third, first, third, second, first, third, second, first);
    expect(node.log).toEqual(entriesOf([5, 5, 5, 5]));
    expect(node.writes.filter(({ truncateFrom }) => truncateFrom !== null)).toEqual([]);
  });
});

describe("a message with a fault in its entries is dropped", () => {
  const [one, two] = entriesOf([5, 5]) as [ReturnType<typeof entriesOf>[0], ReturnType<typeof entriesOf>[0]];

  test.each([
    ["a flipped bit in the data", [one, { ...two, data: Uint8Array.of(1) }], 1],
    ["another kind", [one, { ...two, kind: "noop" as const }], 1],
    [
      "another checksum",
      [
        { ...one, checksum: 1 },
        { ...two, checksum: 2 },
      ],
      2,
    ],
    ["a gap", [one, ...entriesOf([5], 3)], 0],
    ["the wrong beginning", entriesOf([5], 2), 0],
    ["falling terms", entriesOf([5, 4]), 0],
    ["a term that its leader has not reached", entriesOf([6]), 0],
  ])("%s", (_, entries, corruptEntries) => {
    const { node, cluster } = follower([]);
    node.step(append({ entries, commitIndex: 2 }));
    expect(cluster.pool).toEqual([]);
    expect(node.log).toEqual([]);
    expect(node.state.commitIndex).toBe(0);
    expect(node.raft.corruptEntries).toBe(corruptEntries);
  });
});
