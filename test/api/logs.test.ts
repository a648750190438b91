import { beforeEach, describe, expect, test } from "vitest";
import { Harness, problem } from "./harness.ts";

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
    expect(json).toEqual({ name: "a", earliest: 0, tail: 1, created_at, timestamp: created_at + 10 });
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
