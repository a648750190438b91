import { expect, test } from "vitest";
import { Cluster } from "./harness/cluster.ts";
import { times } from "./harness/entries.ts";

/** Node 1 leads node 2, whose log differs. Returns the number of rejections until both logs are the same. */
function repair(leader: readonly number[], follower: readonly number[]): number {
  const cluster = new Cluster({ size: 3, logs: { 1: leader, 2: follower }, currentTerms: { 1: 99 } });
  cluster.win(1, [3]);
  let rejections = 0;
  for (let rounds = 0; rounds < 200; rounds++) {
    cluster.deliver(...cluster.take("AppendEntries", { to: 2 }));
    rejections += cluster.inFlight("AppendEntriesRejected").length;
    cluster.deliver(...cluster.take("AppendEntriesRejected"), ...cluster.take("AppendEntriesAccepted"));
  }
  expect(cluster.node(2).log).toEqual(cluster.node(1).log);
  return rejections;
}

/** 50 entries, the same number of each of `terms`. */
const fifty = (...terms: readonly number[]): number[] =>
  terms.flatMap((term) => times(50 / terms.length, term));

test.each([
  ["the follower's term is one that the leader never saw", [1, ...times(50, 4)], [1, ...times(50, 3)]],
  ["the follower's log is longer too", [1, ...times(10, 4)], [1, ...times(50, 3)]],
  ["the follower's log is shorter too", [1, ...times(50, 4)], [1, ...times(10, 3)]],
  ["the follower went on in the term that they share", [...times(10, 2), ...times(30, 3)], times(40, 2)],
  ["the follower's log is empty", times(50, 3), []],
])("a whole divergent term is skipped by one rejection: %s", (_, leader, follower) => {
  expect(repair(leader, follower)).toBe(1);
});

test.each([
  ["two terms each", fifty(2, 4), fifty(1, 3), 2],
  ["five terms each, between each other", fifty(2, 4, 6, 8, 10), fifty(1, 3, 5, 7, 9), 5],
  ["ten terms of the follower", fifty(20), fifty(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 1],
  ["ten terms of the leader", fifty(2, 3, 4, 5, 6, 7, 8, 9, 10, 11), fifty(1), 1],
  ["one went on in the term that they share", times(50, 2), [...times(10, 2), ...times(40, 3)], 2],
])("50-entry divergences are repaired in few rounds: %s", (_, leader, follower, roundsMax) => {
  expect(repair([...leader, 50], follower)).toBeLessThanOrEqual(roundsMax);
});
