import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { abortNode } from "../../src/transport/object.ts";
import { appendOf, TestCluster } from "./cluster.ts";

const patience = { timeout: 20_000, interval: 50 };
const producer = { id: "writer", epoch: 0, seq: 0 };

/** All nodes, once they all sleep. */
const untilAsleep = (cluster: TestCluster) =>
  vi.waitFor(async () => {
    const statuses = await Promise.all(cluster.members.map(({ id }) => cluster.status(id)));
    expect(statuses.map((status) => status?.asleep)).toEqual([true, true, true]);
    return statuses;
  }, patience);

const alarmsOf = (cluster: TestCluster) =>
  Promise.all(cluster.members.map(({ id }) => cluster.inside(id, ({ storage }) => storage.getAlarm())));

it("a quiesced cluster whose objects lost their memory goes on in its term, without an election", async () => {
  const cluster = await new TestCluster(3, env.DROWSY).bootstrap();
  await cluster.create("a");
  const leader = await cluster.leader();
  const before = await untilAsleep(cluster);
  await vi.waitFor(async () => expect(await alarmsOf(cluster)).toEqual([null, null, null]), patience);
  for (const member of cluster.members) await abortNode(env.DROWSY, member);
  const counters = { alarms: 0, calls: 0, rows: 0 };
  for (const [i, { id }] of cluster.members.entries()) {
    const { currentTerm, commitIndex, role } = before[i] ?? {};
    expect(await cluster.status(id)).toMatchObject({
      asleep: true,
      currentTerm,
      commitIndex,
      role,
      counters,
    });
  }
  expect(await alarmsOf(cluster)).toEqual([null, null, null]);
  const follower = leader === 1 ? 2 : 1;
  const term = before[0]?.currentTerm;
  expect(await cluster.ask(follower, appendOf("a", "awake", producer))).toMatchObject({
    outcome: { start: 0, term },
  });
  expect(await cluster.status(leader)).toMatchObject({ role: "leader", asleep: false, currentTerm: term });
  await untilAsleep(cluster);
});
