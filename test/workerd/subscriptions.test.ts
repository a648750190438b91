import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, beforeAll, expect, it, vi } from "vitest";

const patience = { timeout: 20_000, interval: 20 };
const json = { "Content-Type": "application/json" };

/** The object that delivers for `main`. */
const deliverer = () => env.DELIVERERS.get(env.DELIVERERS.idFromName("main"));

const insideOf = <T>(body: (state: DurableObjectState) => T | Promise<T>): Promise<T> =>
  runInDurableObject(deliverer(), (_object, state) => body(state));

function send(method: string, path: string, body?: unknown, token?: string): Promise<Response> {
  const headers = token === undefined ? json : { ...json, Authorization: `Bearer ${token}` };
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  return exports.default.fetch(new Request(`http://timberline.localhost/v1/stream/${path}`, init));
}

const subscription = async (id: string) =>
  (await send("GET", `__ds/subscriptions/${id}`)).json<{
    readonly status: string;
    readonly streams: readonly { readonly path: string; readonly acked_offset: string }[];
  }>();

const eventsOf = async (wakeStream: string) =>
  (await send("GET", wakeStream)).json<readonly { readonly generation: number }[]>();

const untilEvents = (wakeStream: string, count: number) =>
  vi.waitFor(async () => expect(await eventsOf(wakeStream)).toHaveLength(count), patience);

interface Claimed {
  readonly wake_id: string;
  readonly generation: number;
  readonly token: string;
  readonly streams: readonly { readonly path: string; readonly tail_offset: string }[];
}

async function claim(id: string): Promise<Claimed> {
  const response = await send("POST", `__ds/subscriptions/${id}/claim`, { worker: "w" });
  expect(response.status).toBe(200);
  return response.json();
}

function ack(id: string, { wake_id, generation, token, streams }: Claimed): Promise<Response> {
  const acks = streams.map(({ path, tail_offset }) => ({ stream: path, offset: tail_offset }));
  return send("POST", `__ds/subscriptions/${id}/ack`, { wake_id, generation, acks, done: true }, token);
}

/** A pull-wake subscription to all below `name`, with a wake stream of its own. */
async function pull(name: string, ttl: number): Promise<string> {
  expect((await send("PUT", `wake/${name}`, [])).status).toBe(201);
  const body = { type: "pull-wake", pattern: `${name}/*`, wake_stream: `wake/${name}`, lease_ttl_ms: ttl };
  expect((await send("PUT", `__ds/subscriptions/${name}`, body)).status).toBe(201);
  return `wake/${name}`;
}

beforeAll(async () => {
  expect((await send("PUT", "first", [])).status).toBe(201);
}, 30_000);

afterEach(() => {
  vi.restoreAllMocks();
});

it("strangers leave nothing in an object that delivers", async () => {
  const wrong = await send("POST", "__ds/subscriptions/none/ack", { wake_id: "w", generation: 1 }, "token");
  expect(wrong.status).toBe(404);
  await insideOf(async ({ storage }) => {
    expect(await storage.getAlarm()).toBeNull();
    expect([...(await storage.list())]).toEqual([]);
  });
});

it("a wake outlives the object, before it is claimed and after", async () => {
  const wakeStream = await pull("kept", 30_000);
  expect((await send("PUT", "kept/a", { n: 1 })).status).toBe(201);
  await untilEvents(wakeStream, 1);
  await evictDurableObject(deliverer());
  const claimed = await claim("kept");
  expect(claimed).toMatchObject({ generation: 1, streams: [{ path: "kept/a" }] });
  await evictDurableObject(deliverer());
  expect(await (await ack("kept", claimed)).json()).toEqual({ ok: true, next_wake: false });
  expect((await ack("kept", claimed)).status).toBe(409);
  expect(await eventsOf(wakeStream)).toHaveLength(1);
});

it("a lease ends in time though its object was evicted, and there is another wake", async () => {
  const wakeStream = await pull("ended", 1_000);
  await send("PUT", "ended/a", { n: 1 });
  await untilEvents(wakeStream, 1);
  const claimed = await claim("ended");
  await evictDurableObject(deliverer());
  await untilEvents(wakeStream, 2);
  expect((await ack("ended", claimed)).status).toBe(409);
  expect((await ack("ended", await claim("ended"))).status).toBe(200);
}, 30_000);

it("a webhook that fails is called again, as was written, by an object that knows nothing else", async () => {
  const calls: { readonly generation: number }[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (_url, init) => {
    calls.push(JSON.parse(String(init?.body)));
    return calls.length === 1 ? new Response("no", { status: 500 }) : Response.json({ done: true });
  });
  const body = { type: "webhook", pattern: "failing/*", webhook: { url: "https://worker.example/" } };
  expect((await send("PUT", "__ds/subscriptions/failing", body)).status).toBe(201);
  await send("PUT", "failing/a", { n: 1 });
  await vi.waitFor(async () => expect((await subscription("failing")).status).toBe("failed"), patience);
  await evictDurableObject(deliverer());
  await vi.waitFor(async () => expect((await subscription("failing")).status).toBe("active"), patience);
  expect(calls.map(({ generation }) => generation)).toEqual([1, 1]);
  expect((await subscription("failing")).streams).toMatchObject([
    { path: "failing/a", acked_offset: "0000000000000001_0000000000000000" },
  ]);
}, 30_000);

it("an object with nothing to do has no alarm", async () => {
  await vi.waitFor(async () => {
    await runDurableObjectAlarm(deliverer());
    expect(await insideOf(({ storage }) => storage.getAlarm())).toBeNull();
  }, patience);
  await send("POST", "first", { n: 1 });
  expect(await insideOf(({ storage }) => storage.getAlarm())).toBeNull();
}, 30_000);
