import { beforeEach, describe, expect, test } from "vitest";
import { createCommand } from "../../../src/log/commands.ts";
import { Harness, problem } from "../harness.ts";

let api: Harness;
beforeEach(() => {
  api = new Harness();
});

describe("a log", () => {
  test("is created once", async () => {
    const first = await api.send("PUT", "/v1/logs/a%2Fb.c~d:e");
    expect(first).toMatchObject({ status: 201, json: { name: "a/b.c~d:e", tail: 0, created: true } });
    const again = await api.send("PUT", "/v1/logs/a%2Fb.c~d:e");
    expect(again).toMatchObject({ status: 200, json: { tail: 0, created: false } });
  });

  test("is described, and by HEAD in headers alone", async () => {
    await api.send("PUT", "/v1/logs/a");
    const { clock: created_at } = api.nodes;
    api.nodes.clock += 10;
    await api.appendRecords("a", { data: "x" });
    const { status, json, headers } = await api.send("GET", "/v1/logs/a");
    expect(status).toBe(200);
    expect(json).toEqual({
      ...{
        name: "a",
        earliest: 0,
        tail: 1,
        bytes: expect.any(Number),
        created_at,
        timestamp: created_at + 10,
      },
      ...{
        closed: false,
        fencing_token: null,
        content_type: null,
        ttl_s: null,
        expires_at: null,
        fork: null,
      },
      retention: { age_ms: null, bytes: null, records: null },
    });
    expect(json.bytes).toBeGreaterThan(0);
    const head = await api.send("HEAD", "/v1/logs/a");
    expect([head.status, head.text]).toEqual([200, ""]);
    for (const answer of [headers, head.headers]) {
      expect(Object.fromEntries(answer)).toMatchObject({
        etag: '"1"',
        "timberline-tail": "1",
        "timberline-index": "2",
      });
    }
  });

  test("is gone once deleted, and goes on where it ended", async () => {
    await api.send("PUT", "/v1/logs/a");
    await api.appendRecords("a", { data: "x" });
    expect(await api.send("DELETE", "/v1/logs/a")).toMatchObject({ status: 204, text: "" });
    for (const method of ["GET", "DELETE"]) {
      expect(await api.send(method, "/v1/logs/a")).toMatchObject(problem(404, "log-not-found"));
    }
    expect((await api.send("HEAD", "/v1/logs/a")).status).toBe(404);
    expect(await api.send("PUT", "/v1/logs/a")).toMatchObject({ status: 201, json: { tail: 1 } });
  });

  test("in another cluster is another log", async () => {
    await api.send("PUT", "/v1/clusters/other");
    await api.send("PUT", "/v1/clusters/other/logs/a");
    expect(await api.send("GET", "/v1/logs/a")).toMatchObject(problem(404, "log-not-found"));
    const body = '{"records":[{"data":"x"}]}';
    const headers = { "Content-Type": "application/json" };
    const path = "/v1/clusters/other/logs/a/records";
    expect(await api.send("POST", path, { body, headers })).toMatchObject({ status: 200 });
    expect((await api.send("GET", path)).json.records).toHaveLength(1);
    expect((await api.send("GET", "/v1/clusters/other/logs")).json.logs).toEqual([{ name: "a" }]);
    expect(await api.send("DELETE", "/v1/clusters/other/logs/a")).toMatchObject({ status: 204 });
    expect((await api.send("PUT", "/v1/clusters/main/logs/b")).status).toBe(201);
    expect((await api.send("GET", "/v1/logs/b")).status).toBe(200);
  });
});

describe("a log's settings", () => {
  const put = (body: unknown) => api.sendJson("PUT", "/v1/logs/a", body);
  const retention = { age_ms: 60_000, bytes: 1_000_000, records: 10 };

  test("are given at its creation, and shown", async () => {
    const settings = {
      retention,
      content_type: "Application/JSON",
      ttl_s: 60,
      expires_at: 1_900_000_000_000,
    };
    const shown = { ...settings, content_type: "application/json" };
    expect(await put(settings)).toMatchObject({ status: 201, json: { created: true, ...shown } });
    expect((await api.send("GET", "/v1/logs/a")).json).toMatchObject(shown);
  });

  test("stay as they are where the log is there, but for the retention that is given", async () => {
    await put({ retention, content_type: "text/plain" });
    for (const body of [undefined, {}, { content_type: "image/png", ttl_s: 1 }]) {
      const again = body === undefined ? await api.send("PUT", "/v1/logs/a") : await put(body);
      expect(again).toMatchObject({
        status: 200,
        json: { retention, content_type: "text/plain", ttl_s: null },
      });
    }
    const less = { age_ms: null, bytes: null, records: 3 };
    expect(await put({ retention: { records: 3 }, content_type: "image/png" })).toMatchObject({
      status: 200,
      json: { created: false, retention: less, content_type: "text/plain" },
    });
    expect((await api.send("GET", "/v1/logs/a")).json.retention).toEqual(less);
  });

  test("are taken back as they are shown", async () => {
    await put({ retention: { records: 3 } });
    const { retention: shown } = (await api.send("GET", "/v1/logs/a")).json;
    expect(await put({ retention: shown })).toMatchObject({ status: 200, json: { retention: shown } });
    const all = { age_ms: null, bytes: null, records: null };
    expect(await put({ retention: {} })).toMatchObject({ status: 200, json: { retention: all } });
  });

  test("of a deleted log are forgotten", async () => {
    await put({ retention, ttl_s: 9 });
    await api.send("DELETE", "/v1/logs/a");
    const { json } = await api.send("PUT", "/v1/logs/a");
    expect(json).toMatchObject({ ttl_s: null, retention: { age_ms: null, bytes: null, records: null } });
  });
});

describe("a log with forks", () => {
  beforeEach(async () => {
    await api.send("PUT", "/v1/logs/a");
    await api.appendRecords("a", { data: "0" }, { data: "1" });
    const fork = { sourceName: "a", anchor: 1, subOffset: 0, at: null };
    await api.command(createCommand("b", { fork }));
  });

  test("is shown as their source, and read through them", async () => {
    await api.appendRecords("b", { data: "other" });
    expect((await api.send("GET", "/v1/logs/b")).json).toMatchObject({
      fork: { source: "a", start: 1 },
      earliest: 0,
      tail: 2,
    });
    expect((await api.read("b")).json.records).toMatchObject([{ data: "0" }, { data: "other" }]);
  });

  test("is gone, not unknown, while they are there", async () => {
    expect((await api.send("DELETE", "/v1/logs/a")).status).toBe(204);
    const gone = problem(410, "log-gone");
    for (const method of ["GET", "PUT", "DELETE"])
      expect(await api.send(method, "/v1/logs/a")).toMatchObject(gone);
    expect(await api.read("a")).toMatchObject(gone);
    expect(await api.appendRecords("a", { data: "x" })).toMatchObject(gone);
    expect((await api.read("b")).json.records).toMatchObject([{ data: "0" }]);
    await api.send("DELETE", "/v1/logs/b");
    expect(await api.read("a")).toMatchObject(problem(404, "log-not-found"));
    expect(await api.send("PUT", "/v1/logs/a")).toMatchObject({ status: 201, json: { tail: 2 } });
  });
});

describe("the list of logs", () => {
  const names = async (query: string) => {
    const { logs, cursor } = (await api.send("GET", `/v1/logs?${query}`)).json;
    return { names: logs.map(({ name }: { name: string }) => name), cursor };
  };

  test("is in the order of names, below a prefix", async () => {
    for (const name of ["b", "a%2Fx", "a", "Z", "a%2Fw"]) await api.send("PUT", `/v1/logs/${name}`);
    expect(await names("")).toEqual({ names: ["Z", "a", "a/w", "a/x", "b"], cursor: null });
    expect(await names("prefix=a%2F")).toEqual({ names: ["a/w", "a/x"], cursor: null });
    expect(await names("prefix=none")).toEqual({ names: [], cursor: null });
  });

  test("is read page by page, whatever is made and deleted between", async () => {
    for (let i = 0; i < 5; i++) await api.send("PUT", `/v1/logs/l${i}`);
    const first = await names("limit=2");
    expect(first.names).toEqual(["l0", "l1"]);
    await api.send("DELETE", "/v1/logs/l1");
    await api.send("PUT", "/v1/logs/l00");
    const second = await names(`limit=2&cursor=${first.cursor}`);
    expect(second.names).toEqual(["l2", "l3"]);
    expect(await names(`limit=2&cursor=${second.cursor}`)).toEqual({ names: ["l4"], cursor: null });
  });

  test("gives each log that was there all the while once, whatever comes and goes", async () => {
    const stays = Array.from({ length: 9 }, (_, i) => `m${i}`);
    const goes = Array.from({ length: 9 }, (_, i) => `m${i}x`);
    for (const name of [...stays, ...goes]) await api.send("PUT", `/v1/logs/${name}`);
    const seen: string[] = [];
    let cursor = "";
    for (let round = 0; round === 0 || cursor !== ""; round++) {
      const page = await names(`limit=3${cursor && `&cursor=${cursor}`}`);
      seen.push(...page.names);
      cursor = page.cursor ?? "";
      // Around the place that the cursor names, that place itself included, and at both ends.
      for (const name of goes.splice(0, 2)) await api.send("DELETE", `/v1/logs/${name}`);
      for (const name of [`a${round}`, `${seen.at(-1)}.new`, `z${round}`])
        await api.send("PUT", `/v1/logs/${name}`);
      if (round > 50) throw new Error("the list has no end");
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(seen.toSorted());
    expect(seen.filter((name) => stays.includes(name))).toEqual(stays);
  });

  test("leaves the reserved one out", async () => {
    await api.send("PUT", "/v1/clusters/other");
    for (const name of ["A", "a"]) await api.send("PUT", `/v1/logs/${name}`);
    expect((await names("")).names).toEqual(["A", "a"]);
    const all = await names("limit=2");
    expect(all).toMatchObject({ names: ["A", "a"], cursor: null });
    const first = await names("limit=1");
    expect(first.names).toEqual(["A"]);
    expect(await names(`limit=1&cursor=${first.cursor}`)).toMatchObject({ names: ["a"], cursor: null });
  });

  test.each([
    "cursor=",
    "cursor=%00",
    "cursor=YQ",
    "cursor=Ly8v",
    "limit=0",
    "limit=1001",
    "prefix=%20",
    "prefix=é",
    "x=y",
  ])("refuses %s", async (query) => {
    expect(await api.send("GET", `/v1/logs?${query}`)).toMatchObject(problem(400, "invalid-request"));
  });
});
