import { setTimeout } from "node:timers/promises";
import { Agent } from "undici";
import { describe, expect, test, vi } from "vitest";
import { crashLeader } from "../../scripts/leadership.ts";
import { type FollowOptions, followEvents } from "../../scripts/tails/follow-events.ts";
import { followSocket } from "../../scripts/tails/follow-socket.ts";
import { useCluster } from "./local-cluster.ts";
import { PipelinedAppender } from "./pipelined-appender.ts";
import { appendText, createLog, readFrom, send } from "./requests.ts";
import { Socket } from "./sockets.ts";

const patience = { timeout: 30_000, interval: 20 };
const cluster = useCluster();

const upTo = (count: number) => Array.from({ length: count }, (_, seq) => `record ${seq}`);

const write = (log: string, seq: number) =>
  appendText(cluster.url, log, `record ${seq}`, { id: "writer", seq });

const crash = (id: number) => fetch(new URL(`/v1/local/nodes/${id}/abort`, cluster.url), { method: "POST" });

/** Follows a log through whatever happens to its connections. */
class Follower {
  readonly texts: string[] = [];
  readonly #stop = new AbortController();
  readonly #follow: (options: FollowOptions) => Promise<void>;
  readonly #done: Promise<void>;

  constructor(log: string, follow: (options: FollowOptions) => Promise<void>) {
    this.#follow = follow;
    this.#done = this.#run(new URL(`/v1/logs/${log}/records`, cluster.url));
  }

  async #run(url: URL): Promise<void> {
    const { signal } = this.#stop;
    const onRecord = ({ data }: { data: string }): void => {
      this.texts.push(data);
    };
    while (!signal.aborted) {
      const options = { url, from: this.texts.length, signal, onOpen: () => undefined, onRecord };
      await this.#follow(options).catch(() => undefined);
      await setTimeout(20);
    }
  }

  /** Once it has seen so many records, and maybe more. */
  async ended(count: number): Promise<readonly string[]> {
    await vi.waitFor(() => expect(this.texts.length).toBeGreaterThanOrEqual(count), patience);
    this.#stop.abort();
    await this.#done;
    return this.texts;
  }
}

describe("a reader that follows a log", () => {
  test("sees every record once and in order, whichever nodes crash", async () => {
    await createLog(cluster.url, "followed");
    const agent = new Agent({ bodyTimeout: 0 });
    const followers = [followSocket, (options: FollowOptions) => followEvents(options, agent)].flatMap(
      (follow) => Array.from({ length: 4 }, () => new Follower("followed", follow)),
    );
    const count = 120;
    for (let seq = 0; seq < count; seq += 1) {
      if (seq % 20 === 10) await crash(1 + ((seq / 10) % 3));
      await write("followed", seq);
    }
    for (const follower of followers) expect(await follower.ended(count)).toEqual(upTo(count));
  }, 120_000);

  test("gets no more than its credit, and the rest in pages when it gives more", async () => {
    await createLog(cluster.url, "slow");
    const tail = new Socket(cluster.url, "/v1/logs/slow/records");
    const { credit } = await tail.until("tailing");
    const [large, count] = ["x".repeat(10_000), 20];
    for (let seq = 0; seq < count; seq += 1) await appendText(cluster.url, "slow", large, { id: "w", seq });
    const quick = new Socket(cluster.url, `/v1/logs/slow/records?from=${count - 1}`);
    await quick.untilTexts(0, 1);
    const taken = tail.of("records").reduce((sum, { bytes }) => sum + bytes, 0);
    expect(taken).toBeLessThan(credit + large.length + 100);
    expect(tail.texts(0).length).toBeLessThan(count);
    for (let granted = 0; tail.texts(0).length < count; granted += 1) {
      tail.say({ kind: "credit", tail: 0, bytes: 20_000 });
      await tail.untilTexts(0, Math.min(count, 7 + granted));
    }
    expect(tail.of("records").at(-1)).toMatchObject({ next: count, log_tail: count });
    for (const socket of [tail, quick]) socket.close();
  }, 60_000);

  test("tells JSON as the text that came in by a session, over sockets and event streams", async () => {
    const made = {
      headers: { "Content-Type": "application/json" },
      body: '{"content_type":"application/json"}',
    };
    await send(cluster.url, "PUT", "/v1/logs/verbatim", made);
    const json = '{"total": 12345678901234567890.10,"b":1,"a":1e999,"b":"\\u00e9"}';
    const session = new Socket(cluster.url, "/v1/sessions");
    await session.until("welcome");
    session.say({ kind: "tail", tail: 1, log: "verbatim", from: "earliest" });
    session.sayText(`{"kind":"append","id":1,"log":"verbatim","records":[{"json":${json}}],"close":true}`);
    await session.until("appended");
    await session.until("closed");
    expect(session.saidTexts.find((text) => text.includes('"records"'))).toContain(`"json":${json}}`);
    const headers = { Accept: "text/event-stream" };
    const events = await fetch(new URL("/v1/logs/verbatim/records", cluster.url), { headers });
    expect(await events.text()).toContain(`"json":${json}}`);
    const stream = await fetch(new URL("/v1/stream/verbatim?offset=-1&live=sse", cluster.url));
    expect(await stream.text()).toContain(json);
    session.close();
  });

  test("hears the end of a closed log, and that of a deleted one", async () => {
    for (const log of ["closing", "deleted"]) {
      await createLog(cluster.url, log);
      await write(log, 0);
    }
    const [closing, deleted] = ["closing", "deleted"].map(
      (log) => new Socket(cluster.url, `/v1/logs/${log}/records`),
    );
    const events = fetch(new URL("/v1/logs/closing/records", cluster.url), {
      headers: { Accept: "text/event-stream" },
    }).then((response) => response.text());
    for (const tail of [closing, deleted]) {
      await tail?.untilTexts(0, 1);
      // The local runtime lets a connection that has said nothing linger on after it was closed.
      tail?.say({ kind: "credit", tail: 0, bytes: 1 });
    }
    await send(cluster.url, "POST", "/v1/logs/closing/close");
    await fetch(new URL("/v1/logs/deleted", cluster.url), { method: "DELETE" });
    expect(await closing?.untilClosed()).toEqual({ code: 1000, reason: "closed" });
    expect(closing?.said.at(-1)).toEqual({ kind: "closed", tail: 0, next: 1 });
    expect(await deleted?.untilClosed()).toEqual({ code: 4002, reason: "deleted" });
    expect(await events).toMatch(
      /^id: 1\nevent: record\n.*\n\nid: 1\nevent: closed\ndata: \{"next":1\}\n\n$/m,
    );
    const headers = { Accept: "text/event-stream", "Last-Event-ID": "1" };
    const again = await fetch(new URL("/v1/logs/closing/records", cluster.url), { headers });
    expect(again.status).toBe(204);
  }, 60_000);
});

describe("a session", () => {
  test("that is opened again after each crash stores what it sends once, in order", async () => {
    await createLog(cluster.url, "pipelined");
    const appender = new PipelinedAppender(cluster.url, "pipelined");
    const count = 300;
    const running = appender.run(count);
    for (const at of [50, 120, 200]) {
      await vi.waitFor(() => expect(appender.acknowledged).toBeGreaterThan(at), patience);
      await crashLeader(cluster.url);
    }
    for (const id of [1, 2, 3]) await crash(id);
    await running;
    expect(appender.connections).toBeGreaterThan(1);
    const { records } = await readFrom(cluster.url, "pipelined", "limit=1000");
    expect(records.map(({ data }) => data)).toEqual(upTo(count));
  }, 120_000);

  test("appends to many logs and follows many", async () => {
    const session = new Socket(cluster.url, "/v1/sessions");
    await session.until("welcome");
    const logs = ["one", "two", "three"];
    for (const log of logs) await createLog(cluster.url, log);
    for (const [tail, log] of logs.entries()) session.say({ kind: "tail", tail, log });
    await session.until("tailing", 3);
    for (let id = 0; id < 30; id += 1)
      session.say({
        kind: "append",
        id,
        log: logs[id % 3],
        records: [{ data: `record ${Math.floor(id / 3)}` }],
      });
    await session.until("appended", 30);
    expect(session.of("appended").map(({ id }) => id)).toEqual(Array.from({ length: 30 }, (_, id) => id));
    for (const tail of logs.keys()) expect(await session.untilTexts(tail, 10)).toEqual(upTo(10));
    session.close();
  }, 60_000);

  test("is ended by what is not of the protocol, and says so", async () => {
    const session = new Socket(cluster.url, "/v1/sessions");
    await session.until("welcome");
    session.say("what?");
    expect(await session.untilClosed()).toMatchObject({ code: 1007 });
  });
});
