import { expect, test } from "vitest";
import { toIndex } from "../../src/raft/types.ts";
import { clusterOf } from "../../src/routing/cluster.ts";
import { Roster } from "../../src/routing/roster.ts";
import type { Members } from "../../src/transport/protocol.ts";

const cluster = clusterOf("main", ["oc", "me", "afr"]);
const told = (index: number, ...ids: number[]): Members => ({
  members: ids.map((id) => ({ id, region: "oc" })),
  configurationIndex: toIndex(index),
  recoveries: 0,
});
const present = (roster: Roster) => roster.present(cluster).members.map(({ id }) => id);

test("the members are those of the bootstrap until newer ones are told", () => {
  const roster = new Roster();
  expect([present(roster), roster.mark(cluster)]).toEqual([[1, 2, 3], { recoveries: 0, index: 0 }]);
  roster.learn(cluster, told(5, 2, 3, 4));
  expect([present(roster), roster.mark(cluster)]).toEqual([[2, 3, 4], { recoveries: 0, index: 5 }]);
  expect(roster.present(cluster).members[2]).toEqual({ cluster: "main", id: 4, region: "oc" });
});

test("late news of older members are none", () => {
  const roster = new Roster();
  roster.learn(cluster, told(9, 4));
  const known = roster.present(cluster);
  roster.learn(cluster, told(5, 2, 3));
  roster.learn(cluster, told(9, 4));
  expect(roster.present(cluster)).toBe(known);
  expect(present(roster)).toEqual([4]);
});

test("a survivor that was forced to go on is news, though its log is shorter, and those given up are not", () => {
  const roster = new Roster();
  roster.learn(cluster, told(9, 1, 2, 3, 4));
  roster.learn(cluster, { ...told(5, 3), recoveries: 1 });
  roster.learn(cluster, told(20, 1, 2));
  expect([present(roster), roster.mark(cluster)]).toEqual([[3], { recoveries: 1, index: 5 }]);
  roster.learn(cluster, { ...told(7, 3, 5), recoveries: 1 });
  expect(present(roster)).toEqual([3, 5]);
});

test("each cluster has its own", () => {
  const roster = new Roster();
  roster.learn(clusterOf("other", ["oc"]), told(5, 7));
  expect(present(roster)).toEqual([1, 2, 3]);
});
