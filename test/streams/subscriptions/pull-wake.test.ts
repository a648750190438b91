import { beforeEach, describe, expect, it, vi } from "vitest";
import { formatOffset } from "../../../src/streams/offset.ts";
import type { OperationReply } from "../../../src/streams/subscriptions/operation.ts";
import { Stage } from "./stage.ts";

const WAKE = "wake/pool";

interface Claimed {
  readonly wake_id: string;
  readonly generation: number;
  readonly token: string;
  readonly streams: readonly unknown[];
}

let stage: Stage;

beforeEach(async () => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  stage = new Stage();
  await stage.create(WAKE);
  await stage.put("sub", { type: "pull-wake", pattern: "events/*", wake_stream: WAKE });
  await stage.pass(60_000);
});

const claim = (worker = "worker-1") => stage.operate({ kind: "claim", id: "sub", worker });
const taken = async (worker?: string) => (await claim(worker)).body as Claimed;
const rightsOf = ({ token, generation, wake_id: wakeId }: Claimed) => ({
  ...{ id: "sub", token, ref: { generation, wakeId } },
});
/** Null: the request lists no streams. */
const ack = (
  claimed: Claimed,
  acks: Readonly<Record<string, number>> | null,
  isDone: boolean,
): Promise<OperationReply> =>
  stage.operate({
    ...{ kind: "ack", ...rightsOf(claimed), isDone, isAll: isDone && acks === null },
    acks: Object.entries(acks ?? {}).map(([stream, seq]) => ({ stream, offset: formatOffset(seq) })),
  });
const release = (claimed: Claimed) => stage.operate({ kind: "release", ...rightsOf(claimed) });
const untilEvents = (count: number) =>
  stage.until(async () => {
    const events = await stage.records(WAKE);
    expect(events).toHaveLength(count);
    return events;
  });
const untilDelivered = () =>
  stage.until(async () => expect((await stage.stored("sub")).wake?.isDelivered).toBe(true));

describe("a wake event", () => {
  it("is appended once, and then nothing is due until a worker claims", async () => {
    const at = stage.now;
    await stage.append("events/a");
    await stage.append("events/a");
    const [event] = await untilEvents(1);
    expect(event).toEqual({
      type: "wake",
      subscription_id: "sub",
      stream: "events/a",
      generation: 1,
      ts: at,
    });
    await untilDelivered();
    await stage.pass(600_000);
    expect(stage.alarmAt).toBeNull();
    expect(await stage.records(WAKE)).toHaveLength(1);
  });

  it("waits until its stream is created", async () => {
    await stage.put("early", { type: "pull-wake", pattern: "**", wake_stream: "wake/later" });
    await stage.append("events/a");
    await stage.until(async () => expect((await stage.stored("early")).retry).toMatchObject({ attempts: 1 }));
    await stage.create("wake/later");
    await stage.pass(1_000);
    await stage.until(async () => expect(await stage.records("wake/later")).toHaveLength(1));
    await stage.until(async () => expect((await stage.stored("early")).retry).toBeNull());
  });

  it("does not wake its own subscription, but may wake another one whose pattern matches", async () => {
    await stage.create("wake/all");
    await stage.put("all", { type: "pull-wake", pattern: "**", wake_stream: "wake/all" });
    await stage.append("events/a");
    await untilEvents(1);
    await stage.until(async () => expect(await stage.records("wake/all")).toHaveLength(1));
    await stage.pass(60_000);
    expect(await stage.records("wake/all")).toHaveLength(1);
  });
});

describe("a claim", () => {
  it("gives the wake in flight, with all streams, to one worker", async () => {
    await stage.append("events/a");
    await untilEvents(1);
    const claimed = await taken();
    expect(claimed).toMatchObject({ generation: 1, lease_ttl_ms: 10_000 });
    expect(claimed.streams).toEqual([
      {
        ...{ path: "events/a", link_type: "glob", has_pending: true },
        ...{ acked_offset: formatOffset(0), tail_offset: formatOffset(1) },
      },
    ]);
    expect(await claim("worker-2")).toMatchObject({
      status: 409,
      body: { error: { code: "ALREADY_CLAIMED", current_holder: "worker-1", generation: 1 } },
    });
  });

  it("needs no event if there is work, and finds no work if there is none", async () => {
    await stage.appendSilently("events/a");
    expect(await claim()).toMatchObject({ status: 409, body: { error: { code: "NO_PENDING_WORK" } } });
    stage.subscriptions.tell(["events/a"]);
    expect(await taken()).toMatchObject({ generation: 1 });
    await stage.pass(1_000);
    expect(await stage.records(WAKE)).toEqual([]);
  });

  it("that finds nothing ends the wake, so that the next work has an event of its own", async () => {
    await stage.append("events/a");
    await untilEvents(1);
    await untilDelivered();
    await stage.backing.command({ kind: "delete", name: "events/a" });
    expect(await claim()).toMatchObject({ body: { error: { code: "NO_PENDING_WORK" } } });
    await stage.append("events/b");
    expect((await untilEvents(2))[1]).toMatchObject({ generation: 2, stream: "events/b" });
  });

  it("succeeds for only one of several workers", async () => {
    await stage.append("events/a");
    await untilEvents(1);
    const replies = await Promise.all(["a", "b", "c", "d"].map(claim));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
  });

  it("is refused for a webhook subscription, and for one that does not exist", async () => {
    await stage.put("hook", { type: "webhook", pattern: "a", webhook: { url: "https://worker.example" } });
    const wrong = await stage.operate({ kind: "claim", id: "hook", worker: "w" });
    expect(wrong).toMatchObject({ status: 400, body: { error: { code: "INVALID_REQUEST" } } });
    const none = await stage.operate({ kind: "claim", id: "none", worker: "w" });
    expect(none).toMatchObject({ status: 404, body: { error: { code: "SUBSCRIPTION_NOT_FOUND" } } });
  });
});

describe("a worker that has claimed", () => {
  it("acknowledges, and ends the wake", async () => {
    await stage.append("events/a");
    const claimed = await taken();
    expect(await ack(claimed, { "events/a": 1 }, true)).toEqual({
      status: 200,
      body: { ok: true, next_wake: false },
    });
    await stage.pass(600_000);
    expect(stage.alarmAt).toBeNull();
    expect(await ack(claimed, { "events/a": 1 }, true)).toMatchObject({ status: 409 });
    expect(await release(claimed)).toMatchObject({ status: 409, body: { error: { code: "FENCED" } } });
  });

  it("acknowledges what the claim reported, and no more, if it lists no streams", async () => {
    await stage.append("events/a");
    await untilEvents(1);
    // The claim reports more than the event did, and later records are left for the next wake.
    await stage.append("events/a");
    await stage.append("events/b");
    const claimed = await taken();
    expect(claimed.streams).toMatchObject([
      { path: "events/a", tail_offset: formatOffset(2) },
      { path: "events/b", tail_offset: formatOffset(1) },
    ]);
    await stage.append("events/b");
    expect(await ack(claimed, null, true)).toMatchObject({ body: { ok: true, next_wake: true } });
    const { links, generation } = await stage.stored("sub");
    expect(links).toMatchObject([{ acked: 2 }, { acked: 1 }]);
    expect(generation).toBe(2);
  });

  it("leaves the rest for the next wake", async () => {
    await stage.append("events/a");
    await stage.append("events/b");
    const claimed = await taken();
    expect(await ack(claimed, { "events/a": 1 }, true)).toMatchObject({ body: { next_wake: true } });
    expect(await untilEvents(1)).toMatchObject([{ generation: 2, stream: "events/b" }]);
  });

  it("leaves a stream that appeared meanwhile for the next wake", async () => {
    await stage.append("events/a");
    const claimed = await taken();
    await stage.append("events/new");
    expect(await ack(claimed, { "events/a": 1 }, true)).toMatchObject({ body: { next_wake: true } });
    expect(await untilEvents(1)).toMatchObject([{ generation: 2, stream: "events/new" }]);
  });

  it("can give the wake back", async () => {
    await stage.append("events/a");
    const claimed = await taken();
    expect(await release(claimed)).toEqual({ status: 204, body: null });
    expect(await untilEvents(1)).toMatchObject([{ generation: 2 }]);
    expect(await taken("worker-2")).toMatchObject({ generation: 2 });
  });

  it("keeps the wake with heartbeats, and loses it without", async () => {
    await stage.append("events/a");
    await untilEvents(1);
    const claimed = await taken();
    for (let i = 0; i < 4; i += 1) {
      await stage.pass(9_000);
      expect(await ack(claimed, {}, false)).toMatchObject({ body: { ok: true, next_wake: false } });
    }
    await stage.pass(10_000);
    await untilEvents(2);
    expect(await ack(claimed, { "events/a": 1 }, true)).toMatchObject({
      body: { error: { code: "FENCED" } },
    });
    expect((await stage.stored("sub")).links).toMatchObject([{ acked: 0 }]);
    expect(await taken("worker-2")).toMatchObject({ generation: 2 });
  });

  it("can't acknowledge by the callback, which is for webhooks", async () => {
    await stage.append("events/a");
    const reply = await stage.operate({
      kind: "callback",
      ...rightsOf(await taken()),
      ...{ acks: [], isDone: true, isAll: true },
    });
    expect(reply).toMatchObject({ status: 400, body: { error: { code: "INVALID_REQUEST" } } });
  });
});
