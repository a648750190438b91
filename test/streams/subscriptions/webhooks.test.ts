import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { formatOffset } from "../../../src/streams/offset.ts";
import { Documents } from "../../../src/streams/subscriptions/documents.ts";
import { KEY_LIFE_MS, KEY_OVERLAP_MS } from "../../../src/streams/subscriptions/key-rotation.ts";
import { publicKeys } from "../../../src/streams/subscriptions/keyring.ts";
import type { OperationReply } from "../../../src/streams/subscriptions/operation.ts";
import { done, type Notification, Receiver } from "./receiver.ts";
import { STREAM_ROOT, Stage } from "./stage.ts";

let receiver: Receiver;
let stage: Stage;

beforeEach(async () => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  receiver = await new Receiver().start();
  stage = new Stage();
  await stage.put("sub", { type: "webhook", pattern: "events/*", webhook: { url: receiver.url } });
  await stage.pass(60_000);
});

afterEach(() => receiver.stop());

/** The request of a worker to the callback of a notification. */
function callback(
  { body }: Notification,
  acks: Readonly<Record<string, number>> | null,
  isDone: boolean,
): Promise<OperationReply> {
  return stage.operate({
    ...{ kind: "callback", id: body.subscription_id, token: body.callback_token, isDone },
    isAll: isDone && acks === null,
    ref: { generation: body.generation, wakeId: body.wake_id },
    acks: Object.entries(acks ?? {}).map(([stream, seq]) => ({ stream, offset: formatOffset(seq) })),
  });
}

const untilDelivered = () =>
  stage.until(async () => expect((await stage.stored("sub")).wake?.isDelivered).toBe(true));
const untilIdle = () => stage.until(async () => expect((await stage.stored("sub")).wake).toBeNull());

describe("a webhook", () => {
  it("receives the streams of its subscription, and what is pending", async () => {
    await stage.append("events/a");
    await stage.append("other");
    await stage.append("events/b");
    const { body, headers } = await stage.until(() => receiver.call(0));
    expect(body).toMatchObject({ subscription_id: "sub", generation: 1 });
    expect(body.callback_url).toBe(`${STREAM_ROOT}/__ds/subscriptions/sub/callback`);
    const stream = { link_type: "glob", acked_offset: formatOffset(0), tail_offset: formatOffset(1) };
    expect(body.streams).toEqual([
      { path: "events/a", ...stream, has_pending: true },
      { path: "events/b", ...stream, has_pending: true },
    ]);
    expect(headers["content-type"]).toBe("application/json");
    expect(headers["webhook-signature"]).toMatch(/^t=\d+,kid=ds_[\w-]+,ed25519=[\w-]{86}$/);
  });

  it("that is done at once has acknowledged everything reported, and nothing is due any more", async () => {
    receiver.reactions.push(done);
    await stage.append("events/a");
    await stage.until(() => receiver.call(0));
    await untilIdle();
    expect((await stage.stored("sub")).links).toMatchObject([{ path: "events/a", acked: 1 }]);
    await stage.pass(600_000);
    expect(stage.alarmAt).toBeNull();
    expect(receiver.received).toHaveLength(1);
  });

  it("that is done is called again for records that came after the call", async () => {
    receiver.reactions.push(done);
    await stage.append("events/a");
    await stage.until(() => receiver.call(0));
    await stage.append("events/a");
    const { body } = await stage.until(() => receiver.call(1));
    expect(body).toMatchObject({ generation: 2, streams: [{ acked_offset: formatOffset(1) }] });
    expect(body.wake_id).not.toBe(receiver.received[0]?.body.wake_id);
  });

  it("is called only once for one wake, however many records arrive meanwhile", async () => {
    await stage.append("events/a");
    await stage.until(() => receiver.call(0));
    await untilDelivered();
    for (let i = 0; i < 5; i += 1) await stage.append("events/a");
    await stage.pass(5_000);
    expect(receiver.received).toHaveLength(1);
  });

  it("that neither calls back nor is done is called again when its lease is over", async () => {
    await stage.append("events/a");
    await stage.until(() => receiver.call(0));
    await untilDelivered();
    await stage.pass(9_999);
    expect(receiver.received).toHaveLength(1);
    await stage.pass(1);
    expect((await stage.until(() => receiver.call(1))).body.generation).toBe(2);
  });
});

describe("a callback", () => {
  it("moves the cursors, and ends the wake", async () => {
    await stage.append("events/a");
    const notification = await stage.until(() => receiver.call(0));
    expect(await callback(notification, { "events/a": 1 }, true)).toEqual({
      status: 200,
      body: { ok: true, next_wake: false },
    });
    expect(await stage.stored("sub")).toMatchObject({ wake: null, links: [{ acked: 1 }] });
    const late = await callback(notification, { "events/a": 1 }, true);
    expect(late).toMatchObject({ status: 409, body: { error: { code: "FENCED" } } });
  });

  it("that is done and lists nothing means the same as an answer that is done", async () => {
    await stage.append("events/a");
    const notification = await stage.until(() => receiver.call(0));
    await stage.append("events/a");
    expect((await callback(notification, null, true)).body).toEqual({ ok: true, next_wake: true });
    const { body } = await stage.until(() => receiver.call(1));
    expect(body.streams).toMatchObject([{ acked_offset: formatOffset(1), tail_offset: formatOffset(2) }]);
  });

  it("that is done with an empty list acknowledges nothing, and the next wake reports it again", async () => {
    await stage.append("events/a");
    const notification = await stage.until(() => receiver.call(0));
    expect((await callback(notification, {}, true)).body).toEqual({ ok: true, next_wake: true });
    const { body } = await stage.until(() => receiver.call(1));
    expect(body.streams).toMatchObject([{ acked_offset: formatOffset(0) }]);
  });

  it("learns that there is more to do, which is then delivered", async () => {
    await stage.append("events/a");
    await stage.append("events/b");
    const notification = await stage.until(() => receiver.call(0));
    const reply = await callback(notification, { "events/a": 1 }, true);
    expect(reply.body).toEqual({ ok: true, next_wake: true });
    const { body } = await stage.until(() => receiver.call(1));
    expect(body.streams).toMatchObject([
      { path: "events/a", has_pending: false },
      { path: "events/b", has_pending: true },
    ]);
  });

  it("keeps the wake if it comes in time", async () => {
    await stage.append("events/a");
    const notification = await stage.until(() => receiver.call(0));
    await untilDelivered();
    for (let i = 0; i < 5; i += 1) {
      await stage.pass(9_000);
      expect((await callback(notification, {}, false)).body).toEqual({ ok: true, next_wake: false });
    }
    expect(receiver.received).toHaveLength(1);
    await stage.pass(10_000);
    await stage.until(() => receiver.call(1));
    expect((await callback(notification, {}, false)).status).toBe(409);
  });

  it("is refused with the token of another subscription, and no cursor moves", async () => {
    await stage.append("events/a");
    const { body, ...rest } = await stage.until(() => receiver.call(0));
    const forged = { ...rest, body: { ...body, callback_token: `${body.callback_token}x` } };
    expect(await callback(forged, { "events/a": 1 }, true)).toMatchObject({
      status: 401,
      body: { error: { code: "TOKEN_INVALID" } },
    });
    expect((await stage.stored("sub")).links).toMatchObject([{ acked: 0 }]);
  });

  it("is refused after its subscription is deleted, even if there is another one with its id", async () => {
    await stage.append("events/a");
    const notification = await stage.until(() => receiver.call(0));
    await stage.operate({ kind: "delete", id: "sub" });
    expect(await callback(notification, { "events/a": 1 }, true)).toMatchObject({
      status: 404,
      body: { error: { code: "SUBSCRIPTION_NOT_FOUND" } },
    });
    await stage.put("sub", { type: "webhook", pattern: "events/*", webhook: { url: receiver.url } });
    expect(await callback(notification, { "events/a": 1 }, true)).toMatchObject({ status: 401 });
  });
});

describe("a delivery that fails", () => {
  const statusOf = async () => (await stage.stored("sub")).retry;

  it.each([
    ["an error status", { status: 500 }],
    ["a redirect, which is not followed", { status: 307, headers: { Location: "/elsewhere" } }],
  ])("with %s is tried again later, as the same wake", async (_, reaction) => {
    receiver.reactions.push(reaction, done);
    await stage.append("events/a");
    await stage.until(() => receiver.call(0));
    await stage.until(async () => expect(await statusOf()).toMatchObject({ attempts: 1 }));
    await stage.pass(999);
    expect(receiver.received).toHaveLength(1);
    await stage.pass(1);
    const again = await stage.until(() => receiver.call(1));
    const first = receiver.received[0]?.body;
    expect(again.body).toMatchObject({ wake_id: first?.wake_id, generation: first?.generation });
    await untilIdle();
    expect(await statusOf()).toBeNull();
  });

  it("waits longer each time, even if the object is lost in between", async () => {
    receiver.reactions.push({ status: 503 });
    await stage.append("events/a");
    for (const [failures, delayMs] of [
      1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000,
    ].entries()) {
      await stage.until(() => receiver.call(failures));
      await stage.until(async () => expect(await statusOf()).toMatchObject({ attempts: failures + 1 }));
      stage.evict();
      stage.alarmAt = null;
      // After a restart it knows the earlier failures, and waits for the rest of the time.
      stage.subscriptions.tell(["events/a"]);
      await stage.pass(delayMs - 1);
      expect(receiver.received).toHaveLength(failures + 1);
      await stage.pass(1);
    }
  });

  it("includes one to an address at which no server listens", async () => {
    await receiver.stop();
    await stage.append("events/a");
    await stage.until(async () => expect(await statusOf()).toMatchObject({ attempts: 1 }));
    receiver = await new Receiver().start();
  });

  it("ignores an answer that is too long", async () => {
    receiver.reactions.push({ body: `{"done":true,"padding":"${"x".repeat(100_000)}"}` });
    await stage.append("events/a");
    await stage.until(() => receiver.call(0));
    await untilDelivered();
    expect((await stage.stored("sub")).links).toMatchObject([{ acked: 0 }]);
  });
});

it("a webhook is called with a signature that the published keys verify, also during their rotation", async () => {
  receiver.reactions.push(done);
  const documents = new Documents(stage.backing);
  const kids: string[] = [];
  for (const [at, ms] of [0, KEY_LIFE_MS, KEY_OVERLAP_MS, KEY_OVERLAP_MS].entries()) {
    stage.now += ms;
    stage.backing.now += ms;
    await stage.append("events/a");
    const { headers, raw } = await stage.until(() => receiver.call(at));
    const [, t, kid = "", base64 = ""] =
      /^t=(\d+),kid=([^,]+),ed25519=(.+)$/.exec(String(headers["webhook-signature"])) ?? [];
    const jwk = (await publicKeys(documents, stage.backing.now)).find((key) => key.kid === kid);
    const { kty = "", crv = "", x = "" } = jwk ?? {};
    const key = await crypto.subtle.importKey("jwk", { kty, crv, x }, { name: "Ed25519" }, false, ["verify"]);
    const signed = new TextEncoder().encode(`${t}.${raw}`);
    expect(await crypto.subtle.verify("Ed25519", key, Buffer.from(base64, "base64url"), signed)).toBe(true);
    kids.push(kid);
    await untilIdle();
  }
  expect(kids).toEqual([kids[0], kids[0], kids[2], kids[2]]);
  expect(kids[2]).not.toBe(kids[0]);
});
