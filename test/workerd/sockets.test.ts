import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { everything } from "../../src/http/auth.ts";
import { toSeq } from "../../src/log/types.ts";
import type { TailPosition } from "../../src/node/subscriber.ts";
import { toIndex } from "../../src/raft/types.ts";
import { encodeOpening } from "../../src/sessions/state.ts";
import { abortNode, openSocket } from "../../src/transport/object.ts";
import { Client } from "./client.ts";
import { TestCluster } from "./cluster.ts";

const producer = (seq: number) => ({ id: "writer", epoch: 0, seq });
const upTo = (count: number) => Array.from({ length: count }, (_, seq) => `record ${seq}`);

/** A cluster with a log "a", its leader, and a follower. */
async function started(nodes = env.NODES as DurableObjectNamespace) {
  const cluster = await new TestCluster(3, nodes).bootstrap();
  await cluster.create("a");
  const leader = await cluster.leader();
  return { cluster, leader, follower: leader === 1 ? 2 : 1 };
}

const write = (cluster: TestCluster, seq: number) => cluster.append("a", `record ${seq}`, producer(seq));

const sockets = (cluster: TestCluster, id: number) =>
  cluster.inside(id, (state) => state.getWebSockets().length);

/** The beginning of the log "a", as far as a node knows it. */
async function beginning(cluster: TestCluster, id: number, credit = 100_000): Promise<TailPosition> {
  const { log } = await cluster.read(id, "a");
  return { name: "a", log, next: toSeq(0), credit, minIndex: toIndex(log), stalledAt: null };
}

describe("a tail outlives the memory of its object", () => {
  it("at a leader and at a follower, each time that it is evicted", async () => {
    const { cluster, leader, follower } = await started();
    const clients = await Promise.all(
      [leader, follower].map(async (id) => Client.follow(cluster, id, await beginning(cluster, id))),
    );
    for (let seq = 0; seq < 4; seq += 1) {
      await write(cluster, seq);
      for (const client of clients) await client.untilTexts(0, seq + 1);
      for (const id of [leader, follower]) await evictDurableObject(cluster.stub(id));
    }
    await write(cluster, 4);
    for (const client of clients) expect(await client.untilTexts(0, 5)).toEqual(upTo(5));
    expect([await sockets(cluster, leader), await sockets(cluster, follower)]).toEqual([1, 1]);
  });

  it("with the credit that it had", async () => {
    const { cluster, follower } = await started();
    const client = await Client.follow(cluster, follower, await beginning(cluster, follower, 1));
    await write(cluster, 0);
    await client.untilTexts(0, 1);
    await evictDurableObject(cluster.stub(follower));
    await write(cluster, 1);
    await evictDurableObject(cluster.stub(follower));
    client.say({ kind: "credit", tail: 0, bytes: 100 });
    expect(await client.untilTexts(0, 2)).toEqual(upTo(2));
  });

  it("and so do as many as a session may have, whatever their logs are called", async () => {
    const { cluster, follower } = await started();
    const client = await Client.open(cluster, follower);
    const names = Array.from({ length: 32 }, (_, at) => `${at}`.padEnd(255, "x"));
    for (const [tail, log] of names.entries()) {
      await cluster.create(log);
      client.say({ kind: "tail", tail, log });
    }
    await client.until("tailing", 32);
    await evictDurableObject(cluster.stub(follower));
    for (const [at, log] of names.entries()) await cluster.append(log, `record ${at}`, producer(0));
    for (const tail of names.keys()) expect(await client.untilTexts(tail, 1)).toEqual([`record ${tail}`]);
  });

  it("while its client's pings wake no object", async () => {
    const { cluster, follower } = await started();
    const client = await Client.open(cluster, follower);
    client.say({ kind: "ping" });
    expect(await client.until("pong")).toEqual({ kind: "pong" });
    const answered = (state: DurableObjectState) => {
      const [socket] = state.getWebSockets();
      return socket === undefined ? null : state.getWebSocketAutoResponseTimestamp(socket);
    };
    expect(await cluster.inside(follower, answered)).not.toBeNull();
  });
});

describe("a session", () => {
  it("appends at any node, in the order of its messages, and follows what it appends", async () => {
    const { cluster, leader, follower } = await started();
    for (const [round, id] of [leader, follower].entries()) {
      const client = await Client.open(cluster, id);
      client.say({ kind: "tail", tail: 1, log: "a", from: "tail" });
      for (let at = 0; at < 20; at += 1)
        client.say({ kind: "append", id: at, log: "a", records: [{ data: `record ${at}` }] });
      await client.until("appended", 20);
      const starts = client.of("appended").map(({ id: number, start }) => [number, start]);
      expect(starts).toEqual(Array.from({ length: 20 }, (_, at) => [at, 20 * round + at]));
      expect(await client.untilTexts(1, 20)).toEqual(upTo(20));
      client.close();
    }
  });

  it("goes on after its object was evicted", async () => {
    const { cluster, follower } = await started();
    const client = await Client.open(cluster, follower, { grant: { ...everything, prefix: "a" } });
    await client.until("welcome");
    await evictDurableObject(cluster.stub(follower));
    client.say({ kind: "append", id: 1, log: "a", records: [{ data: "x" }] });
    client.say({ kind: "append", id: 2, log: "b", records: [{ data: "x" }] });
    expect(await client.until("appended")).toMatchObject({ id: 1, start: 0 });
    expect(await client.until("error")).toMatchObject({ id: 2, problem: { type: "/problems/forbidden" } });
  });

  it("breaks when its node crashes, and the next one goes on without loss or doubling", async () => {
    const { cluster, leader, follower } = await started();
    const client = await Client.open(cluster, follower);
    client.say({ kind: "tail", tail: 1, log: "a", from: 0 });
    for (let seq = 0; seq < 5; seq += 1) await write(cluster, seq);
    await client.untilTexts(1, 5);
    await abortNode(cluster.nodes, cluster.member(follower));
    await client.untilClosed();
    for (let seq = 5; seq < 8; seq += 1) await write(cluster, seq);
    const next = await Client.open(cluster, leader);
    next.say({ kind: "tail", tail: 1, log: "a", from: client.of("records").at(-1)?.next });
    await next.untilTexts(1, 3);
    expect([...client.texts(1), ...next.texts(1)]).toEqual(upTo(8));
  });
});

describe("a node", () => {
  it("drops a slow client when there is news, and tells where to continue", async () => {
    const { cluster, follower } = await started(env.HASTY);
    const position = await beginning(cluster, follower, 1);
    const [slow, quick] = [
      await Client.follow(cluster, follower, position),
      await Client.follow(cluster, follower, { ...position, credit: 100_000 }),
    ];
    let seq = 0;
    for (; slow.closed === null; seq += 1) await write(cluster, seq);
    const { resume } = await slow.until("dropped");
    expect(slow.closed).toEqual({ code: 4000, reason: "dropped" });
    const again = await Client.follow(cluster, follower, { ...position, next: resume, credit: 100_000 });
    await again.untilTexts(0, seq - resume);
    expect([...slow.texts(0), ...again.texts(0)]).toEqual(upTo(seq));
    expect(await quick.untilTexts(0, seq)).toEqual(upTo(seq));
  });

  it("that is removed sends its clients elsewhere", async () => {
    const { cluster, leader, follower } = await started();
    const clients = [
      await Client.open(cluster, follower),
      await Client.follow(cluster, follower, await beginning(cluster, follower)),
    ];
    const change = { add: [], remove: [follower], expectedIndex: null };
    expect(await cluster.ask(leader, { kind: "members", change })).toMatchObject({ kind: "members" });
    for (const client of clients)
      expect(await client.untilClosed()).toEqual({ code: 1012, reason: "the node was removed" });
    await expect(Client.open(cluster, follower)).rejects.toThrow("404");
  });

  it("that belongs to no cluster takes no socket, and writes nothing", async () => {
    const cluster = new TestCluster(1);
    const opening = { face: "session", cluster: cluster.name, grant: everything } as const;
    const text = encodeOpening({ ...opening, protocol: null, position: null });
    expect((await openSocket(cluster.nodes, cluster.member(1), text, 5_000)).status).toBe(404);
    const tables = ({ storage }: DurableObjectState) =>
      storage.sql.exec("SELECT name FROM sqlite_master").toArray();
    expect([await cluster.inside(1, tables), await sockets(cluster, 1)]).toEqual([[], 0]);
  });

  it("agrees on the sub-protocol that it is told", async () => {
    const { cluster, leader } = await started();
    const opening = { face: "session", cluster: cluster.name, grant: everything, position: null } as const;
    const text = encodeOpening({ ...opening, protocol: "timberline.v1" });
    const { headers, webSocket } = await openSocket(cluster.nodes, cluster.member(leader), text, 5_000);
    expect(headers.get("Sec-WebSocket-Protocol")).toBe("timberline.v1");
    webSocket?.accept();
    webSocket?.close(1000);
  });
});
