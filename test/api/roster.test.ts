import { expect, test } from "vitest";
import { clusterOf } from "../../src/api/cluster.ts";
import { Roster } from "../../src/api/roster.ts";
import { toIndex } from "../../src/raft/types.ts";

const cluster = clusterOf("main", ["oc", "me", "afr"]);
const told = (index: number, ...ids: number[]) => ({
  members: ids.map((id) => ({ id, region: "oc" })),
  configurationIndex: toIndex(index),
});
const present = (roster: Roster) => roster.present(cluster).members.map(({ id }) => id);

test("the members are those of the bootstrap until newer ones are told", () => {
  const roster = new Roster();
  expect([present(roster), roster.index(cluster)]).toEqual([[1, 2, 3], 0]);
  expect(roster.learn(cluster, told(5, 2, 3, 4))).toBe(true);
  expect([present(roster), roster.index(cluster)]).toEqual([[2, 3, 4], 5]);
  expect(roster.present(cluster).members[2]).toEqual({ cluster: "main", id: 4, region: "oc" });
});

test("late news of older members are none", () => {
  const roster = new Roster();
  roster.learn(cluster, told(9, 4));
  expect(roster.learn(cluster, told(5, 2, 3))).toBe(false);
  expect(roster.learn(cluster, told(9, 4))).toBe(false);
  expect(present(roster)).toEqual([4]);
});

test("each cluster has its own", () => {
  const roster = new Roster();
  roster.learn(clusterOf("other", ["oc"]), told(5, 7));
  expect(present(roster)).toEqual([1, 2, 3]);
});
