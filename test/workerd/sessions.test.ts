import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { sign } from "hono/jwt";
import { beforeAll, expect, it, vi } from "vitest";
import worker from "../../src/worker.ts";
import { Client } from "./client.ts";

const secret = "a secret of a good length, for tests";

/** A token for logs whose names begin with `prefix`. */
const token = (actions: readonly string[], prefix: string, more: Record<string, unknown> = {}) =>
  sign({ actions, prefix, ...more }, secret);

/** Asks the Worker, which needs a token. */
function ask(path: string, bearer: string | null, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (bearer !== null) headers.set("Authorization", `Bearer ${bearer}`);
  const request = new Request(`https://timberline.localhost${path}`, { ...init, headers });
  return Promise.resolve(worker.fetch(request, { ...env, JWT_SECRET: secret }, createExecutionContext()));
}

async function open(path: string, bearer: string | null): Promise<Client | number> {
  const { status, webSocket } = await ask(path, bearer, { headers: { Upgrade: "websocket" } });
  return webSocket === null ? status : new Client(webSocket);
}

async function opened(path: string, bearer: string | null): Promise<Client> {
  const client = await open(path, bearer);
  if (client instanceof Client) return client;
  throw new Error(`refused with ${client}`);
}

beforeAll(async () => {
  const admin = await token(["admin"], "");
  await vi.waitFor(
    async () => {
      for (const log of ["mine", "other"])
        expect((await ask(`/v1/logs/${log}`, admin, { method: "PUT" })).ok).toBe(true);
    },
    { timeout: 20_000 },
  );
}, 30_000);

it("no session is opened without a token that allows something here", async () => {
  for (const path of ["/v1/sessions", "/v1/logs/mine/records"]) {
    expect(await open(path, null)).toBe(401);
    expect(await open(path, "nonsense")).toBe(401);
    expect(await open(path, await token(["admin"], ""))).toBe(403);
    expect(await open(path, await token(["read"], "", { cluster: "another" }))).toBe(403);
  }
  expect(await open("/v1/logs/mine/records", await token(["read"], "other"))).toBe(403);
});

it("a session does what its token allows, and nothing else", async () => {
  const client = await opened("/v1/sessions", await token(["append"], "mine"));
  client.say({ kind: "append", id: 1, log: "mine", records: [{ data: "x" }] });
  client.say({ kind: "append", id: 2, log: "other", records: [{ data: "x" }] });
  client.say({ kind: "tail", tail: 3, log: "mine" });
  await client.until("error", 2);
  const answers = client.said
    .slice(1)
    .map(({ kind, id, tail, problem }) => [kind, id ?? tail, problem?.type]);
  expect(answers).toEqual([
    ["appended", 1, undefined],
    ["error", 2, "/problems/forbidden"],
    ["error", 3, "/problems/forbidden"],
  ]);
});

it("a tail reads, and does not append, though its token might", async () => {
  const client = await opened("/v1/logs/mine/records", await token(["read", "append"], "mine"));
  await client.until("records");
  client.say({ kind: "append", id: 1, log: "mine", records: [{ data: "x" }] });
  expect(await client.until("error")).toMatchObject({ id: 1, problem: { status: 403 } });
});

it("what follows a log ends with the token that it began with, wherever that was", async () => {
  const exp = Math.floor(Date.now() / 1_000) + 3;
  const brief = await token(["read"], "mine", { exp });
  const carrier = `timberline.bearer.${btoa(brief).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
  const headers = { Upgrade: "websocket", "Sec-WebSocket-Protocol": `timberline.v1, ${carrier}` };
  const agreed = await ask("/v1/logs/mine/records", null, { headers });
  expect([agreed.status, agreed.headers.get("Sec-WebSocket-Protocol")]).toEqual([101, "timberline.v1"]);
  const tail = await opened(`/v1/logs/mine/records?access_token=${brief}`, null);
  const streams = await Promise.all([
    ask(`/v1/logs/mine/records?access_token=${brief}`, null, { headers: { Accept: "text/event-stream" } }),
    ask(`/v1/stream/mine?offset=now&live=sse&access_token=${brief}`, null),
  ]);
  expect(streams.map(({ status }) => status)).toEqual([200, 200]);
  // They end by themselves; a tail with what it would be told next.
  await Promise.all(streams.map((stream) => stream.text()));
  const writer = await token(["append"], "mine");
  await vi.waitFor(
    async () => {
      await ask("/v1/logs/mine/records", writer, { method: "POST", body: "late" });
      expect(tail.closed).toEqual({ code: 1008, reason: "the token has expired" });
    },
    { timeout: 20_000, interval: 100 },
  );
  expect(JSON.stringify(tail.said)).not.toContain("late");
}, 30_000);

it("a session ends with its token", async () => {
  const exp = Math.floor(Date.now() / 1_000) + 2;
  const client = await opened("/v1/sessions", await token(["append"], "", { exp }));
  await client.until("welcome");
  const closed = { code: 1008, reason: "the token has expired" };
  await vi.waitFor(
    () => {
      if (client.closed === null)
        client.say({ kind: "append", id: 1, log: "mine", records: [{ data: "x" }] });
      expect(client.closed).toEqual(closed);
    },
    { timeout: 20_000, interval: 100 },
  );
}, 30_000);
