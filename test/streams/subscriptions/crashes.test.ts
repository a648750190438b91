import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createCommand } from "../../../src/log/commands.ts";
import { formatOffset } from "../../../src/streams/offset.ts";
import { done, Receiver } from "./receiver.ts";
import { Stage } from "./stage.ts";

const WAKE = "wake/pool";
const pull = { type: "pull-wake", pattern: "events/*", wake_stream: WAKE };

let receiver: Receiver;
let stage: Stage;

beforeEach(async () => {
  for (const level of ["error", "warn"] as const)
    vi.spyOn(console, level).mockImplementation(() => undefined);
  receiver = await new Receiver().start();
  stage = new Stage();
  await stage.create(WAKE);
});

afterEach(() => receiver.stop());

const hook = () => ({ type: "webhook", pattern: "events/*", webhook: { url: receiver.url } });
const wakeOf = async () => (await stage.stored("sub")).wake;
const untilDelivered = () => stage.until(async () => expect((await wakeOf())?.isDelivered).toBe(true));

/** Creates a subscription and waits until it is idle. */
async function settled(body: Readonly<Record<string, unknown>>): Promise<void> {
  await stage.put("sub", body);
  await stage.pass(60_000);
  expect(stage.alarmAt).toBeNull();
}

const claim = () => stage.operate({ kind: "claim", id: "sub", worker: "worker-1" });

/** Acknowledges everything that a claim returned. */
async function finish(reply: Awaited<ReturnType<typeof claim>>, acks: Readonly<Record<string, number>>) {
  const {
    token,
    generation,
    wake_id: wakeId,
  } = reply.body as {
    readonly [key in "token" | "wake_id"]: string;
  } & { readonly generation: number };
  return stage.operate({
    ...{ kind: "ack", id: "sub", token, ref: { generation, wakeId }, isDone: true, isAll: false },
    acks: Object.entries(acks).map(([stream, seq]) => ({ stream, offset: formatOffset(seq) })),
  });
}

describe("an object that has lost its memory", () => {
  it("finds unreported records with the first news of any stream", async () => {
    await settled(pull);
    await stage.appendSilently("events/a");
    stage.evict();
    stage.subscriptions.tell(["other"]);
    await stage.until(async () => expect(await stage.records(WAKE)).toHaveLength(1));
  });

  it("knows the holder of a lease, and when it is over", async () => {
    await settled(pull);
    await stage.append("events/a");
    const claimed = await claim();
    stage.evict();
    expect(await claim()).toMatchObject({ body: { error: { code: "ALREADY_CLAIMED" } } });
    stage.evict();
    await stage.pass(10_000);
    await stage.until(async () => expect(await stage.records(WAKE)).toHaveLength(1));
    expect(await finish(claimed, { "events/a": 1 })).toMatchObject({ body: { error: { code: "FENCED" } } });
  });

  it("accepts a token from before", async () => {
    await settled(pull);
    await stage.append("events/a");
    const claimed = await claim();
    stage.evict();
    expect(await finish(claimed, { "events/a": 1 })).toMatchObject({ body: { ok: true } });
  });

  it("between the wake and its delivery delivers it when the alarm rings", async () => {
    await settled(hook());
    await stage.append("events/a");
    const calls = receiver.received.length;
    const ringing = stage.ring();
    await vi.waitFor(async () => expect(await wakeOf()).not.toBeNull());
    stage.evict();
    await ringing;
    await stage.until(() => receiver.call(calls));
    await untilDelivered();
    expect(await stage.stored("sub")).toMatchObject({ generation: 1 });
  });

  it("between the event and its mark does not append the event again", async () => {
    await settled(pull);
    await stage.append("events/a");
    // The wake and its event are written; then the mark is lost, together with the object.
    stage.backing.mishaps.push(
      async () => {},
      async () => {},
      "no-leader",
    );
    await stage.until(async () => expect(await stage.records(WAKE)).toHaveLength(1));
    expect((await wakeOf())?.isDelivered).toBe(false);
    stage.evict();
    stage.subscriptions.tell(["events/a"]);
    await untilDelivered();
    expect(await stage.records(WAKE)).toHaveLength(1);
  });

  it("right after a claim was written still ends its lease in time", async () => {
    await settled(pull);
    await stage.append("events/a");
    await stage.until(async () => expect(await stage.records(WAKE)).toHaveLength(1));
    await untilDelivered();
    await stage.pass(600_000);
    stage.backing.mishaps.push(async () => stage.evict());
    await claim();
    expect((await wakeOf())?.lease).not.toBeNull();
    await stage.pass(60_000);
    await stage.until(async () => expect(await stage.records(WAKE)).toHaveLength(2));
  });
});

describe("an object that is lost in the middle of a change", () => {
  it("is followed by one that knows a subscription that was just created", async () => {
    stage.backing.mishaps.push("no-leader");
    await expect(stage.put("other", { ...pull, pattern: "others/*" })).rejects.toThrow();
    stage.alarmAt = null;
    stage.backing.mishaps.push(async () => {
      await stage.append("events/a");
      stage.evict();
    });
    await stage.put("sub", pull);
    stage.evict();
    await stage.pass(60_000);
    await stage.until(async () => expect(await stage.records(WAKE)).toHaveLength(1));
  });

  it("is followed by one that ends its lease, even if its alarm rang before the write took effect", async () => {
    await settled(pull);
    await stage.append("events/a");
    await stage.until(async () => expect(await stage.records(WAKE)).toHaveLength(1));
    await untilDelivered();
    await stage.pass(600_000);
    stage.backing.mishaps.push(async () => {
      stage.alarmAt = stage.now;
      await stage.ring();
      stage.evict();
    });
    await claim();
    await stage.pass(120_000);
    await stage.until(async () => expect(await stage.records(WAKE)).toHaveLength(2));
  });

  it("is followed by one that delivers its wake", async () => {
    receiver.reactions.push(null, done);
    await settled(hook());
    await stage.append("events/a");
    await stage.until(() => receiver.call(0));
    stage.evict();
    await stage.pass(60_000);
    await stage.until(() => receiver.call(1));
    await stage.until(async () => expect(await stage.stored("sub")).toMatchObject({ links: [{ acked: 1 }] }));
  });
});

describe("a delivery that never ends", () => {
  it("does not stop the next one", async () => {
    receiver.reactions.push(null, done);
    await settled(hook());
    await stage.append("events/a");
    await stage.until(() => receiver.call(0));
    await stage.pass(60_000);
    const { body } = await stage.until(() => receiver.call(1));
    expect(body.generation).toBeGreaterThan(1);
    expect(body.wake_id).not.toBe(receiver.call(0).body.wake_id);
  });
});

describe("an append between", () => {
  it("the look and the end of a wake is not lost", async () => {
    await settled(pull);
    await stage.append("events/a");
    const claimed = await claim();
    stage.backing.mishaps.push(() => stage.append("events/a"));
    expect(await finish(claimed, { "events/a": 1 })).toMatchObject({ body: { next_wake: false } });
    await stage.until(async () => expect(await stage.records(WAKE)).toMatchObject([{ generation: 2 }]));
  });

  it("the look and the end of a wake is not lost if the object is lost", async () => {
    await settled(pull);
    await stage.append("events/a");
    const claimed = await claim();
    stage.backing.mishaps.push(async () => {
      await stage.append("events/a");
      stage.evict();
    });
    await finish(claimed, { "events/a": 1 });
    await stage.until(async () => {
      await stage.pass(1_000);
      expect(await stage.records(WAKE)).toMatchObject([{ generation: 2 }]);
    });
  });

  it.each(["events/a", "events/new"])(
    "the look and the first write of a subscription is not lost: %s",
    async (path) => {
      await stage.append("events/a");
      stage.backing.mishaps.push(() => stage.append(path));
      await stage.put("sub", pull);
      await stage.until(async () => expect(await stage.records(WAKE)).toMatchObject([{ stream: path }]));
    },
  );

  it("the look and the link of a stream is not lost", async () => {
    await settled(pull);
    await stage.append("manual/a");
    stage.backing.mishaps.push(() => stage.append("manual/a"));
    await stage.operate({ kind: "link", id: "sub", paths: ["manual/a"] });
    await stage.until(async () => expect(await stage.records(WAKE)).toMatchObject([{ stream: "manual/a" }]));
  });

  it("a delivery and its answer is not lost", async () => {
    receiver.reactions.push(done);
    await settled(hook());
    await stage.append("events/a");
    // The wake is written; the answer of the webhook comes next.
    stage.backing.mishaps.push(
      async () => {},
      async () => {},
      () => stage.append("events/a"),
    );
    const { body } = await stage.until(() => receiver.call(1));
    expect(body.generation).toBe(2);
  });
});

describe("a stream that is created again as a fork, at positions that it had before", () => {
  /** The first record of its new life has the position of the second one of the old life. */
  async function remade(): Promise<void> {
    await stage.append("source");
    await stage.backing.command({ kind: "delete", name: "events/a" });
    const fork = { sourceName: "source", anchor: 1, subOffset: 0, at: null };
    await stage.backing.command(createCommand("events/a", { fork }));
    await stage.append("events/a");
  }

  it("wakes with the records of its own", async () => {
    for (let i = 0; i < 5; i += 1) await stage.append("events/a");
    await settled({ ...pull, streams: ["events/a"] });
    await remade();
    await stage.until(async () => expect(await stage.records(WAKE)).toHaveLength(1));
    const claimed = await claim();
    expect(claimed.body).toMatchObject({
      streams: [{ acked_offset: formatOffset(1), tail_offset: formatOffset(2), has_pending: true }],
    });
    expect(await finish(claimed, { "events/a": 2 })).toMatchObject({ body: { next_wake: false } });
  });

  it("does not count acknowledgements of its old life", async () => {
    await settled({ ...pull, streams: ["events/a"] });
    for (let i = 0; i < 2; i += 1) await stage.append("events/a");
    const claimed = await claim();
    await remade();
    expect(await finish(claimed, { "events/a": 2 })).toMatchObject({ body: { ok: true, next_wake: true } });
    expect((await claim()).body).toMatchObject({ streams: [{ acked_offset: formatOffset(1) }] });
  });
});

describe("a write whose answer is lost", () => {
  it("has taken effect: a claim is given once, with its token", async () => {
    await settled(pull);
    await stage.append("events/a");
    await stage.until(async () => expect(await stage.records(WAKE)).toHaveLength(1));
    await untilDelivered();
    stage.backing.mishaps.push("lost-after");
    const claimed = await claim();
    expect(claimed.status).toBe(200);
    expect(await finish(claimed, { "events/a": 1 })).toMatchObject({ body: { ok: true } });
  });

  it("takes effect late: the request has succeeded", async () => {
    await settled(pull);
    await stage.append("events/a");
    await stage.until(async () => expect(await stage.records(WAKE)).toHaveLength(1));
    await untilDelivered();
    stage.backing.mishaps.push("late");
    const claimed = await claim();
    expect(claimed.status).toBe(200);
    stage.backing.mishaps.push("late");
    expect(await finish(claimed, { "events/a": 1 })).toMatchObject({ body: { ok: true } });
    expect(await stage.stored("sub")).toMatchObject({ wake: null, links: [{ acked: 1 }] });
  });

  it("takes effect when no caller waits any more: its lease ends in time", async () => {
    await settled(pull);
    await stage.append("events/a");
    await stage.until(async () => expect(await stage.records(WAKE)).toHaveLength(1));
    await untilDelivered();
    await stage.pass(600_000);
    stage.backing.mishaps.push("lost-before", "lost-before", "lost-before", "lost-before");
    await expect(claim()).rejects.toMatchObject({ kind: "outcome-unknown" });
    for (const command of stage.backing.commands.slice(-1)) await stage.backing.command(command);
    expect((await wakeOf())?.lease).not.toBeNull();
    await stage.pass(120_000);
    await stage.until(async () => expect(await stage.records(WAKE)).toHaveLength(2));
  });

  it("takes effect when no caller waits any more: the deleted subscription is created again", async () => {
    await settled(pull);
    stage.backing.mishaps.push("lost-before", "lost-before", "lost-before", "lost-before");
    const deletion = stage.operate({ kind: "delete", id: "sub" });
    await expect(deletion).rejects.toMatchObject({ kind: "outcome-unknown" });
    for (const command of stage.backing.commands.slice(-1)) await stage.backing.command(command);
    expect(await stage.put("sub", pull)).toMatchObject({ status: 201 });
    expect(await stage.stored("sub")).toMatchObject({ generation: 0 });
  });

  it("takes effect while there is no leader: the new subscription is delivered", async () => {
    await settled(pull);
    stage.backing.mishaps.push("late", "no-leader");
    const other = { ...pull, pattern: "others/*" };
    await expect(stage.put("other", other)).rejects.toMatchObject({ kind: "outcome-unknown" });
    await stage.pass(120_000);
    await stage.append("others/a");
    await stage.until(async () => expect(await stage.records(WAKE)).toHaveLength(1));
  });

  it("has not taken effect: it is repeated", async () => {
    await settled(pull);
    await stage.append("events/a");
    await stage.until(async () => expect(await stage.records(WAKE)).toHaveLength(1));
    await untilDelivered();
    stage.backing.mishaps.push("lost-before");
    const claimed = await claim();
    stage.backing.mishaps.push("lost-before");
    expect(await finish(claimed, { "events/a": 1 })).toMatchObject({ body: { ok: true } });
    expect(await stage.stored("sub")).toMatchObject({ wake: null, links: [{ acked: 1 }] });
  });
});

describe("two lives of the object at once", () => {
  it("claim a wake once", async () => {
    await settled(pull);
    await stage.append("events/a");
    const [old, next] = [stage.subscriptions, stage.successor()];
    const operation = { kind: "claim", id: "sub", worker: "w" } as const;
    const replies = await Promise.all([old.operate(operation), next.operate(operation)]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it("wake once for the same work", async () => {
    await settled(pull);
    const next = stage.successor();
    await next.run();
    await stage.append("events/a");
    next.tell(["events/a"]);
    await Promise.all([stage.subscriptions.run(), next.run()]);
    await untilDelivered();
    await stage.pass(60_000);
    expect(await stage.stored("sub")).toMatchObject({ generation: 1 });
    expect(await stage.records(WAKE)).toHaveLength(1);
  });

  it("do not lose news of the one when the other is faster", async () => {
    await settled(pull);
    await stage.appendSilently("events/new");
    stage.subscriptions.tell(["events/new"]);
    const link = { kind: "link", id: "sub", paths: ["x"] } as const;
    stage.backing.mishaps.push(async () => {
      await stage.successor().operate(link);
    });
    await stage.ring();
    expect(await stage.stored("sub")).toMatchObject({ wake: { stream: "events/new" } });
  });

  it("do not restore a subscription that the other has deleted", async () => {
    await settled(pull);
    await stage.append("events/a");
    const old = stage.subscriptions;
    const claimed = await claim();
    stage.evict();
    await stage.operate({ kind: "delete", id: "sub" });
    stage.subscriptions = old;
    expect(await finish(claimed, { "events/a": 1 })).toMatchObject({ status: 404 });
    await expect(stage.stored("sub")).rejects.toThrow("no subscription");
  });
});

describe("without a leader", () => {
  it("the object tries again, and nothing is lost", async () => {
    await settled(hook());
    await stage.append("events/a");
    stage.backing.mishaps.push("no-leader", "no-leader");
    await stage.ring();
    expect(receiver.received).toHaveLength(0);
    await stage.pass(1_000);
    await stage.pass(1_000);
    await stage.until(() => receiver.call(0));
    expect(await stage.stored("sub")).toMatchObject({ generation: 1 });
  });
});
