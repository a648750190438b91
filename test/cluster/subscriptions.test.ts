import { createPublicKey, type JsonWebKey, verify } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { crashLeader } from "../../scripts/leadership.ts";
import { done, type Notification, Receiver } from "../streams/subscriptions/receiver.ts";
import { useCluster } from "./local-cluster.ts";
import { appendText, createLog, statusOf } from "./requests.ts";

const patience = { timeout: 20_000, interval: 20 };
const cluster = useCluster({ sleepAfterMs: 500 });
let receiver: Receiver;
const subscribed: string[] = [];

beforeEach(async () => {
  receiver = await new Receiver().start();
});

afterEach(async () => {
  for (const id of subscribed.splice(0)) await send("DELETE", `__ds/subscriptions/${id}`);
  await receiver.stop();
});

function send(method: string, path: string, body?: unknown, token?: string): Promise<Response> {
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (token !== undefined) headers.Authorization = `Bearer ${token}`;
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  return fetch(new URL(path, `${cluster.url}/v1/stream/`), { method, headers, ...init });
}

async function subscribe(id: string, parts: Readonly<Record<string, unknown>> = {}): Promise<void> {
  subscribed.push(id);
  const body = { type: "webhook", pattern: `${id}/**`, webhook: { url: receiver.url }, ...parts };
  expect((await send("PUT", `__ds/subscriptions/${id}`, body)).status).toBe(201);
}

interface Shown {
  readonly streams: readonly { readonly path: string; readonly acked_offset: string }[];
}

const ackedOf = async (id: string): Promise<Readonly<Record<string, string>>> => {
  const { streams } = (await (await send("GET", `__ds/subscriptions/${id}`)).json()) as Shown;
  return Object.fromEntries(streams.map(({ path, acked_offset }) => [path, acked_offset]));
};

const called = (count: number): Promise<Notification> => vi.waitFor(() => receiver.call(count), patience);

/** The first call for a wake of this generation: one whose answer was lost comes twice. */
const calledIn = (generation: number): Promise<Notification> =>
  vi.waitFor(() => {
    const notification = receiver.received.find(({ body }) => body.generation === generation);
    if (notification === undefined) throw new Error(`there was no call in generation ${generation}`);
    return notification;
  }, patience);

/** What was told is done. The callback is where the cluster is now, wherever it was when it was told. */
function callBack({ body }: Notification): Promise<Response> {
  const { wake_id, generation, subscription_id, callback_token, streams } = body;
  const acks = streams.map(({ path, tail_offset }) => ({ stream: path, offset: tail_offset }));
  const path = `__ds/subscriptions/${subscription_id}/callback`;
  return send("POST", path, { wake_id, generation, acks, done: true }, callback_token);
}

const token = (seq: number) => `${String(seq).padStart(16, "0")}_${"0".repeat(16)}`;

describe("a webhook", () => {
  test("can verify its caller", async () => {
    await subscribe("signed");
    await send("PUT", "signed/a", { n: 1 });
    const { headers, raw } = await called(0);
    const parts = /^t=(\d+),kid=([^,]+),ed25519=(.+)$/.exec(String(headers["webhook-signature"]));
    const [, timestamp, kid, signature = ""] = parts ?? [];
    const { keys } = (await (await send("GET", "__ds/jwks.json")).json()) as {
      keys: (JsonWebKey & { kid: string })[];
    };
    const key = createPublicKey({ key: keys.find((one) => one.kid === kid) ?? {}, format: "jwk" });
    const signed = Buffer.from(`${timestamp}.${raw}`);
    expect(verify(null, signed, key, Buffer.from(signature, "base64url"))).toBe(true);
  }, 30_000);

  test("hears of what is appended by either face", async () => {
    receiver.reactions.push(done);
    await subscribe("faces");
    await send("PUT", "faces/a", [{ n: 1 }]);
    await vi.waitFor(async () => expect(await ackedOf("faces")).toEqual({ "faces/a": token(1) }), patience);
    await send("POST", "faces/a", [{ n: 2 }, { n: 3 }]);
    await vi.waitFor(async () => expect(await ackedOf("faces")).toEqual({ "faces/a": token(3) }), patience);
    await createLog(cluster.url, "faces%2Fb");
    await appendText(cluster.url, "faces%2Fb", "text", { id: "p", seq: 0 });
    await vi.waitFor(
      async () => expect(await ackedOf("faces")).toEqual({ "faces/a": token(3), "faces/b": token(1) }),
      patience,
    );
  }, 60_000);

  test("calls back to a cluster whose leader has crashed meanwhile", async () => {
    await subscribe("crashed", { lease_ttl_ms: 60_000 });
    await send("PUT", "crashed/a", { n: 1 });
    const notification = await called(0);
    await crashLeader(cluster.url);
    const response = await callBack(notification);
    expect(await response.json()).toEqual({ ok: true, next_wake: false });
    expect(await ackedOf("crashed")).toEqual({ "crashed/a": token(1) });
    expect((await callBack(notification)).status).toBe(409);
    await send("POST", "crashed/a", { n: 2 });
    expect((await calledIn(2)).body.streams).toMatchObject([{ tail_offset: token(2) }]);
  }, 60_000);

  test("calls back to a cluster that was stopped and started, and hears of what is appended then", async () => {
    await subscribe("restarted", { lease_ttl_ms: 60_000 });
    await send("PUT", "restarted/a", { n: 1 });
    const notification = await called(0);
    await cluster.stop();
    await cluster.start();
    expect(await (await callBack(notification)).json()).toEqual({ ok: true, next_wake: false });
    await send("POST", "restarted/a", { n: 2 });
    expect((await calledIn(2)).body).toMatchObject({
      subscription_id: "restarted",
      streams: [{ path: "restarted/a", acked_offset: token(1), tail_offset: token(2) }],
    });
  }, 60_000);

  test("hears of all that is appended, however often the leader crashes", async () => {
    receiver.reactions.push(done);
    await subscribe("often");
    for (const name of ["0", "1", "2"]) await createLog(cluster.url, `often%2F${name}`);
    const crashes: Promise<unknown>[] = [];
    for (let i = 0; i < 60; i += 1) {
      if (i % 15 === 5) crashes.push(crashLeader(cluster.url));
      await appendText(cluster.url, `often%2F${i % 3}`, "x", { id: "p", seq: Math.floor(i / 3) });
    }
    await Promise.all(crashes);
    const all = { "often/0": token(20), "often/1": token(20), "often/2": token(20) };
    await vi.waitFor(async () => expect(await ackedOf("often")).toEqual(all), patience);
    const generations = receiver.received.map(({ body }) => body.generation);
    expect(generations).toEqual(generations.toSorted((a, b) => a - b));
  }, 90_000);
});

test("a cluster with subscriptions and nothing to do falls asleep", async () => {
  receiver.reactions.push(done);
  await subscribe("quiet");
  await send("PUT", "quiet/a", { n: 1 });
  await vi.waitFor(async () => expect(await ackedOf("quiet")).toEqual({ "quiet/a": token(1) }), patience);
  await vi.waitFor(async () => expect(await statusOf(cluster.url)).toMatchObject({ quiesced: true }), {
    timeout: 40_000,
    interval: 200,
  });
}, 60_000);
