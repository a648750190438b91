import { abortAllDurableObjects, evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { decodeRecords } from "../../src/log/records.ts";
import { bootstrapIdentity } from "../../src/raft/identity.ts";
import { abortNode } from "../../src/transport/object.ts";
import type { Page } from "../../src/transport/protocol.ts";
import { appendOf, orLost, TestCluster } from "./cluster.ts";
import { faults } from "./worker.ts";

const producer = (seq: number) => ({ id: "writer", epoch: 0, seq });

function texts(page: Page): readonly string[] {
  const utf8 = new TextDecoder();
  return page.batches.flatMap(({ records }) => decodeRecords(records).map(({ value }) => utf8.decode(value)));
}

describe("a node that belongs to no cluster", () => {
  it("answers, and writes nothing", async () => {
    const cluster = new TestCluster(1);
    expect(await cluster.status(1)).toBeNull();
    expect(await cluster.ask(1, appendOf("a", "x", null))).toMatchObject({ reason: "no-such-cluster" });
    await cluster
      .stub(1)
      .fetch("https://node/messages", { method: "POST", body: new Uint8Array([0x92, 1, 0x90]) });
    await runDurableObjectAlarm(cluster.stub(1));
    await cluster.inside(1, async ({ storage }) => {
      expect(storage.sql.exec("SELECT name FROM sqlite_master").toArray()).toEqual([]);
      expect(await storage.getAlarm()).toBeNull();
      expect([...(await storage.list())]).toEqual([]);
    });
  });

  it("refuses to be another node than its name says", async () => {
    const cluster = new TestCluster(1);
    const identity = bootstrapIdentity("other", 1, ["weur"]);
    const response = await cluster
      .stub(1)
      .fetch("https://node/prepare", { method: "POST", body: JSON.stringify(identity) });
    expect(response.status).toBe(400);
    expect(await cluster.status(1)).toBeNull();
  });

  it("is set up by a Worker of the version before, twice too, which knew voters only", async () => {
    const cluster = new TestCluster(1);
    const body = JSON.stringify({
      ...{ cluster: cluster.name, id: 1, regions: ["weur"] },
      configuration: { voters: [1] },
    });
    const prepare = async () =>
      (await cluster.stub(1).fetch("https://node/prepare", { method: "POST", body })).json();
    expect(await prepare()).toBe(true);
    expect(await prepare()).toBe(true);
    expect(await cluster.status(1)).toMatchObject({
      identity: bootstrapIdentity(cluster.name, 1, ["weur"]),
    });
  });

  it("answers a body that is no message with 400", async () => {
    const response = await new TestCluster(1)
      .stub(1)
      .fetch("https://node/messages", { method: "POST", body: "?" });
    expect(response.status).toBe(400);
  });
});

describe("a node goes on from storage alone", () => {
  it("after all objects were aborted, with everything that was acknowledged", async () => {
    const cluster = await new TestCluster(3).bootstrap();
    await cluster.create("a");
    await cluster.append("a", "one", producer(0));
    const before = await cluster.status(await cluster.leader());
    await abortAllDurableObjects();
    await cluster.append("a", "two", producer(1));
    for (const id of [1, 2, 3]) expect(texts(await cluster.read(id, "a"))).toEqual(["one", "two"]);
    const after = await cluster.status(await cluster.leader());
    expect(after?.currentTerm).toBeGreaterThan(before?.currentTerm ?? 0);
  });

  it("after it was evicted, in the same term and with the same vote", async () => {
    const cluster = await new TestCluster(3).bootstrap();
    await cluster.create("a");
    const leader = await cluster.leader();
    const follower = leader === 1 ? 2 : 1;
    const hardState = ({ storage }: DurableObjectState) =>
      storage.sql.exec("SELECT current_term, voted_for FROM node").one();
    const before = await cluster.inside(follower, hardState);
    await evictDurableObject(cluster.stub(follower));
    expect(await cluster.inside(follower, hardState)).toEqual(before);
    await cluster.append("a", "one", producer(0));
    expect(texts(await cluster.read(follower, "a"))).toEqual(["one"]);
  });
});

describe("alarms", () => {
  it("one that is missing is set again when a peer calls", async () => {
    const cluster = await new TestCluster(3).bootstrap();
    const leader = await cluster.leader();
    const follower = leader === 1 ? 2 : 1;
    await cluster.inside(follower, ({ storage }) => storage.deleteAlarm());
    await evictDurableObject(cluster.stub(follower));
    await vi.waitFor(
      async () => {
        expect(await cluster.inside(follower, ({ storage }) => storage.getAlarm())).not.toBeNull();
      },
      { timeout: 20_000 },
    );
  });

  it("ones that ring early, or twice, depose no leader", async () => {
    const cluster = await new TestCluster(3).bootstrap();
    const leader = await cluster.leader();
    const before = await cluster.status(leader);
    for (let round = 0; round < 20; round++) {
      await Promise.all(
        [1, 2, 3].flatMap((id) => [cluster.stub(id), cluster.stub(id)]).map(runDurableObjectAlarm),
      );
    }
    expect(await cluster.status(leader)).toMatchObject({ role: "leader", currentTerm: before?.currentTerm });
  });

  it("one that rings a minute late finds a cluster that went on, and joins it", async () => {
    const cluster = await new TestCluster(3).bootstrap();
    await cluster.create("a");
    const leader = await cluster.leader();
    await cluster.inside(leader, ({ storage }) => storage.setAlarm(Date.now() + 60_000));
    await evictDurableObject(cluster.stub(leader));
    await cluster.append("a", "one", producer(0));
    expect(texts(await cluster.read(leader, "a"))).toEqual(["one"]);
  });
});

describe("an object that dies in mid-request", () => {
  it("leaves an append that a retry completes, once", async () => {
    const cluster = await new TestCluster(3).bootstrap();
    await cluster.create("a");
    for (let seq = 0; seq < 5; seq++) {
      const leader = await cluster.leader();
      const asked = orLost(cluster.ask(leader, appendOf("a", `record ${seq}`, producer(seq))));
      await abortNode(env.NODES, cluster.member(leader));
      await asked;
      expect(await cluster.append("a", `record ${seq}`, producer(seq))).toMatchObject({
        start: seq,
        end: seq + 1,
      });
    }
    expect(texts(await cluster.read(1, "a"))).toEqual([0, 1, 2, 3, 4].map((seq) => `record ${seq}`));
  }, 30_000);
});

describe("a storage exception", () => {
  it("fails the request, leaves nothing behind, and the node goes on", async () => {
    const cluster = await new TestCluster(1, env.FRAGILE).bootstrap();
    await cluster.create("a");
    await cluster.append("a", "before", producer(0));
    faults.writes = 1;
    expect(await orLost(cluster.ask(1, appendOf("a", "lost", null)))).toBe("lost");
    await cluster.append("a", "after", producer(1));
    expect(texts(await cluster.read(1, "a"))).toEqual(["before", "after"]);
    expect(faults.writes).toBe(0);
  });
});
