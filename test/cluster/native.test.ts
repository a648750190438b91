import { describe, expect, test } from "vitest";
import { crashLeader } from "../../scripts/leadership.ts";
import { useCluster } from "./local-cluster.ts";

const cluster = useCluster();

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came back
  readonly body: any;
}

/** One request, not repeated; `value` is sent as JSON. */
async function send(
  method: string,
  path: string,
  value?: unknown,
  more: Record<string, string> = {},
): Promise<Answer> {
  const headers = value === undefined ? more : { "Content-Type": "application/json", ...more };
  const body = value === undefined ? null : JSON.stringify(value);
  const response = await fetch(new URL(`/v1/logs/${path}`, cluster.url), { method, headers, body });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === "" ? undefined : JSON.parse(text),
  };
}

const append = (log: string, ...texts: readonly string[]) =>
  send("POST", `${log}/records`, { records: texts.map((data) => ({ data })) });
const read = (log: string, query = "", headers: Record<string, string> = {}) =>
  send("GET", `${log}/records?${query}`, undefined, headers);
const describeLog = async (log: string) => (await send("GET", log)).body;
const eventually = (value: () => Promise<unknown>) => expect.poll(value, { timeout: 15_000, interval: 50 });
const texts = async (log: string, query = ""): Promise<readonly string[]> =>
  (await read(log, query)).body.records.map(({ data }: { data: string }) => data);

async function readersWaiting(): Promise<number> {
  const { members } = (await send("GET", "../clusters/main")).body;
  return Math.max(...members.map((member: { waiting_readers: number }) => member.waiting_readers));
}

describe("retention", () => {
  test("by number keeps the last records, and no others", async () => {
    await send("PUT", "numbered", { retention: { records: 3 } });
    for (let i = 0; i < 5; i++) await append("numbered", `${2 * i}`, `${2 * i + 1}`);
    await eventually(() => texts("numbered")).toEqual(["7", "8", "9"]);
    expect(await read("numbered", "from=6")).toMatchObject({
      status: 410,
      body: { type: "/problems/trimmed", earliest: 7, tail: 10 },
    });
    await append("numbered", "10");
    await eventually(() => texts("numbered")).toEqual(["8", "9", "10"]);
  }, 40_000);

  test("by bytes keeps as much as it says, in whole batches", async () => {
    await send("PUT", "sized");
    for (let i = 0; i < 10; i++) await append("sized", `${i}`.repeat(1_000));
    const { bytes: all } = await describeLog("sized");
    const batch = all / 10;
    await send("PUT", "sized", { retention: { bytes: Math.ceil(2.5 * batch) } });
    await eventually(() => describeLog("sized")).toMatchObject({ earliest: 7, bytes: 3 * batch, tail: 10 });
    expect((await texts("sized")).map(([first]) => first)).toEqual(["7", "8", "9"]);
  }, 40_000);

  test("by age keeps what is younger", async () => {
    const ageMs = 1_500;
    await send("PUT", "aged", { retention: { age_ms: ageMs } });
    const { timestamp } = (await append("aged", "old")).body;
    await eventually(() => texts("aged")).toEqual([]);
    // One machine, one clock.
    expect(Date.now() - timestamp).toBeGreaterThanOrEqual(ageMs);
    await send("PUT", "aged", { retention: {} });
    await append("aged", "kept");
    expect((await read("aged")).body).toMatchObject({ records: [{ seq: 1, data: "kept" }], tail: 2 });
  }, 40_000);
});

describe("what is done to a log", () => {
  test("is done for ever, whichever node leads then", async () => {
    await send("PUT", "changed");
    await append("changed", "0", "1", "2");
    expect((await send("POST", "changed/trim", { before: 2 })).body).toMatchObject({ earliest: 2, tail: 3 });
    expect((await send("POST", "changed/fence", { token: "mine" })).status).toBe(200);
    const fenced = await send("POST", "changed/records?fencing_token=other", { records: [{ data: "x" }] });
    expect(fenced).toMatchObject({ status: 412, body: { fencing_token: "mine", tail: 3 } });
    expect((await send("POST", "changed/close")).body).toMatchObject({ closed: true, tail: 3 });
    await crashLeader(cluster.url);
    expect(await append("changed", "3")).toMatchObject({
      status: 409,
      body: { type: "/problems/log-closed" },
    });
    expect(await describeLog("changed")).toMatchObject({ earliest: 2, closed: true, fencing_token: "mine" });
    const { body, headers } = await read("changed");
    expect(body).toMatchObject({ records: [{ seq: 2, data: "2" }], closed: true });
    expect(headers.get("Timberline-Closed")).toBe("true");
  }, 30_000);

  test("reaches waiting readers: a close, and a deletion, end a long poll", async () => {
    await send("PUT", "awaited");
    await send("PUT", "deleted");
    const closing = read("awaited", "from=tail&wait=30000&timeout_ms=5000");
    const deletion = read("deleted", "from=tail&wait=30000&timeout_ms=5000");
    await eventually(readersWaiting).toBeGreaterThan(1);
    await send("POST", "awaited/close");
    await send("DELETE", "deleted");
    expect((await closing).body).toMatchObject({ records: [], closed: true, complete: true });
    expect((await deletion).body).toMatchObject({ type: "/problems/log-not-found" });
    expect((await read("awaited", "from=0&wait=30000")).body).toMatchObject({ records: [], closed: true });
  }, 20_000);

  test("is not there any more when its time is over", async () => {
    await send("PUT", "short", { ttl_s: 1 });
    await append("short", "x");
    await eventually(async () => (await send("HEAD", "short")).status).toBe(404);
    expect(await read("short")).toMatchObject({ status: 404, body: { type: "/problems/log-not-found" } });
    expect((await send("PUT", "short")).body).toMatchObject({ created: true, tail: 1, ttl_s: null });
  }, 40_000);

  test("is kept by an event stream, and not by one whose reader is lost", async () => {
    await send("PUT", "watched", { ttl_s: 1 });
    const headers = { Accept: "text/event-stream" };
    const response = await fetch(new URL("/v1/logs/watched/records", cluster.url), { headers });
    let signs = 0;
    // Leaving the loop cuts the connection.
    for await (const chunk of response.body ?? []) {
      if (new TextDecoder().decode(chunk).startsWith(":") && ++signs === 4) break;
    }
    expect(signs).toBe(4);
    expect((await send("HEAD", "watched")).status).toBe(200);
    await eventually(async () => (await send("HEAD", "watched")).status).toBe(404);
  }, 40_000);
});

describe("a page", () => {
  test("begins at a time, and ends where it is to end", async () => {
    await send("PUT", "timed");
    const first = (await append("timed", "0", "1")).body.timestamp;
    await eventually(async () => Date.now()).toBeGreaterThan(first);
    const second = (await append("timed", "2", "3")).body.timestamp;
    expect(second).toBeGreaterThan(first);
    expect(await texts("timed", `from=time:${first}`)).toEqual(["0", "1", "2", "3"]);
    expect(await texts("timed", `from=time:${new Date(second).toISOString()}`)).toEqual(["2", "3"]);
    expect(await texts("timed", `from=time:${second + 1}`)).toEqual([]);
    expect((await read("timed", "from=1&until=3")).body).toMatchObject({
      records: [{ data: "1" }, { data: "2" }],
      next: 3,
      complete: true,
    });
  }, 20_000);

  test("that is full may be kept, and is confirmed while it is there", async () => {
    await send("PUT", "kept");
    await append("kept", "0", "1", "2");
    const page = await read("kept", "from=0&limit=2");
    const tag = { "If-None-Match": page.headers.get("ETag") ?? "" };
    expect(page.headers.get("Cache-Control")).toBe("private, max-age=31536000, immutable");
    expect((await read("kept", "from=0", tag)).headers.get("Cache-Control")).toBe("no-store");
    expect((await read("kept", "from=0&limit=2", tag)).status).toBe(304);
    await send("POST", "kept/trim", { before: 1 });
    expect((await read("kept", "from=0&limit=2", tag)).status).toBe(410);
    await send("DELETE", "kept");
    await send("PUT", "kept");
    expect((await read("kept", "from=0&limit=2", tag)).status).toBe(410);
  }, 20_000);
});

describe("a consumer", () => {
  const put = (value: unknown, headers: Record<string, string> = {}) =>
    send("PUT", "consumed/consumers/worker", value, headers);

  test("is leased by one after the other, and each goes on where the last one was", async () => {
    await send("PUT", "consumed");
    await append("consumed", "0", "1", "2");
    const first = await put({ lease: { holder: "one", ttl_ms: 60_000 } });
    expect(first).toMatchObject({ status: 200, body: { position: 0, lease: { holder: "one" } } });
    const take = () => put({ lease: { holder: "two", ttl_ms: 60_000 } });
    expect(await take()).toMatchObject({ status: 409, body: first.body.lease });
    const moved = await put({ position: 2, lease: { holder: "one", ttl_ms: 500 } });
    await eventually(take).toMatchObject({ status: 200, body: { position: 2, lease: { holder: "two" } } });
    expect(Date.now()).toBeGreaterThanOrEqual(moved.body.lease.until);
    expect(await put({ position: 3, holder: "one" })).toMatchObject({ status: 409, body: { holder: "two" } });
    const taken = await send("GET", "consumed/consumers/worker");
    expect(taken.body).toMatchObject({ position: 2, lease: { holder: "two" } });
    expect(taken.body.version).toBeGreaterThan(first.body.version);
  }, 40_000);

  test("is moved by one of two clients that saw the same version", async () => {
    await send("PUT", "raced");
    await append("raced", "0", "1");
    const path = "raced/consumers/c";
    const { headers } = await send("PUT", path, { position: 0 });
    const condition = { "If-Match": headers.get("ETag") ?? "" };
    const both = [1, 2].map((position) => send("PUT", path, { position }, condition));
    const statuses = (await Promise.all(both)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 412]);
    expect((await send("GET", "raced/consumers")).body.consumers).toMatchObject([
      { name: "c", position: statuses.indexOf(200) + 1 },
    ]);
    expect((await send("DELETE", path)).status).toBe(204);
    expect((await send("GET", path)).status).toBe(404);
  }, 20_000);
});
