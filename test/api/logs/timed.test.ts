import { beforeEach, describe, expect, test, vi } from "vitest";
import { Harness, problem } from "../harness.ts";

let api: Harness;
beforeEach(async () => {
  api = new Harness();
  await api.sendJson("PUT", "/v1/logs/a", { ttl_s: 100 });
  await api.appendRecords("a", { data: "0" }, { data: "1" });
});

const missing = problem(404, "log-not-found");
const renewals = () =>
  api.nodes.asked.flatMap(({ request }) =>
    request.kind === "command" && request.command.kind === "renew" ? [request.command.touch] : [],
  );
/** All ways to read it that are answered at once. */
const reads: readonly (readonly [string, Record<string, string>])[] = [
  ["/v1/logs/a/records", {}],
  ["/v1/logs/a/records?consistency=local", {}],
  ["/v1/logs/a/records?from=tail", {}],
  ["/v1/logs/a/records?from=0&limit=1", { Accept: "application/x-ndjson" }],
];

describe("a log with a time to live", () => {
  test("lives on as long as it is read", async () => {
    for (const [path, headers] of [...reads, ...reads]) {
      api.nodes.clock += 60_000;
      expect((await api.send("GET", path, { headers })).status).toBe(200);
    }
    expect(renewals()).toEqual(Array(8).fill(true));
  });

  test("or written", async () => {
    for (let i = 0; i < 3; i++) {
      api.nodes.clock += 60_000;
      expect((await api.appendRecords("a", { data: "x" })).status).toBe(200);
    }
    api.nodes.clock += 200_000;
    expect(await api.appendRecords("a", { data: "x" })).toMatchObject(missing);
  });

  test("but not for being looked at", async () => {
    for (const method of ["GET", "HEAD"]) {
      api.nodes.clock += 55_000;
      expect((await api.send(method, "/v1/logs/a")).status).toBe(200);
      expect((await api.send("GET", "/v1/logs/a/consumers")).status).toBe(200);
    }
    expect(renewals()).toEqual(Array(4).fill(false));
    api.nodes.clock += 1;
    expect((await api.send("HEAD", "/v1/logs/a")).status).toBe(404);
  });

  test.each([
    ...reads,
    ["/v1/logs/a", {}],
    ["/v1/logs/a/consumers", {}],
    ["/v1/logs/a/consumers/c", {}],
  ] as const)("is not there any more once it is over: %s %j", async (path, headers) => {
    api.nodes.clock += 111_000;
    expect(await api.send("GET", path, { headers })).toMatchObject(missing);
    expect(await api.send("PUT", "/v1/logs/a")).toMatchObject({
      status: 201,
      json: { tail: 2, ttl_s: null },
    });
  });

  test("is not confirmed to a client that has cached a page of it", async () => {
    const path = "/v1/logs/a/records?from=0&limit=1";
    const headers = { "If-None-Match": (await api.send("GET", path)).headers.get("ETag") ?? "" };
    api.nodes.clock += 60_000;
    expect((await api.send("GET", path, { headers })).status).toBe(304);
    api.nodes.clock += 60_000;
    expect((await api.send("GET", path, { headers })).status).toBe(304);
    api.nodes.clock += 111_000;
    expect(await api.send("GET", path, { headers })).toMatchObject(missing);
  });

  test("is waited for no longer than half of it", async () => {
    await api.sendJson("PUT", "/v1/logs/b", { ttl_s: 3 });
    api.nodes.asked.length = 0;
    await api.read("b", "?wait=30000");
    const waits = api.nodes.asked.map(({ request }) =>
      request.kind === "query" && request.query.kind === "page" ? request.query.waitMs : request.kind,
    );
    expect(waits).toEqual([0, "command", 1_500]);
  });
});

test("a log that expires does so, read or not", async () => {
  await api.sendJson("PUT", "/v1/logs/b", { expires_at: api.nodes.clock + 1_000 });
  await api.appendRecords("b", { data: "x" });
  api.nodes.clock += 999;
  expect((await api.read("b")).json.records).toHaveLength(1);
  api.nodes.clock += 1;
  expect(await api.read("b")).toMatchObject(missing);
  expect(await api.send("DELETE", "/v1/logs/b")).toMatchObject(missing);
});

test("reads of other logs write nothing, and ask no other node", async () => {
  await api.send("PUT", "/v1/logs/b");
  api.nodes.asked.length = 0;
  for (const path of ["/v1/logs/b/records", "/v1/logs/b"])
    expect((await api.send("GET", path)).status).toBe(200);
  expect(api.nodes.asked.map(({ request }) => request.kind)).toEqual(["query", "query"]);
});

test("an event stream keeps its log, as polls would", async () => {
  vi.useFakeTimers();
  const response = await api.request("GET", "/v1/logs/a/records", {
    headers: { Accept: "text/event-stream" },
  });
  for (let i = 0; i < 3; i++) {
    api.nodes.clock += 60_000;
    await vi.advanceTimersByTimeAsync(50_000);
  }
  expect((await api.send("GET", "/v1/logs/a/records")).status).toBe(200);
  await response.body?.cancel();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});
