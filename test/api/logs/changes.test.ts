import { beforeEach, describe, expect, test } from "vitest";
import { type Harness, problem, withLog } from "../harness.ts";

let api: Harness;
beforeEach(async () => {
  api = await withLog();
  await api.appendRecords("a", { data: "0" }, { data: "1" });
  await api.appendRecords("a", { data: "2" }, { data: "3" });
});

const change = (verb: string, body: unknown, headers: Record<string, string> = {}) =>
  api.sendJson("POST", `/v1/logs/a/${verb}`, body, headers);
const close = (headers: Record<string, string> = {}) => api.send("POST", "/v1/logs/a/close", { headers });
const producer = (seq: number, epoch = 0) => ({
  "Producer-Id": "p",
  "Producer-Epoch": String(epoch),
  "Producer-Seq": String(seq),
});

describe("a trim", () => {
  test("drops the records before a sequence number, in the middle of a batch too", async () => {
    const bytes = async () => (await api.send("GET", "/v1/logs/a")).json.bytes;
    const all = await bytes();
    expect(await change("trim", { before: 3 })).toMatchObject({
      status: 200,
      json: { earliest: 3, tail: 4, closed: false, fencing_token: null, duplicate: false },
    });
    expect((await api.read("a")).json).toMatchObject({ records: [{ seq: 3, data: "3" }], next: 4 });
    expect(await api.read("a", "?from=2")).toMatchObject(problem(410, "trimmed", { earliest: 3, tail: 4 }));
    expect((await api.read("a", "?from=-3")).json.records).toHaveLength(1);
    expect((await api.send("GET", "/v1/logs/a")).json).toMatchObject({ earliest: 3, tail: 4 });
    expect(await bytes()).toBeLessThan(all);
  });

  test("goes no way back, and not beyond the tail", async () => {
    await change("trim", { before: 3 });
    expect((await change("trim", { before: 1 })).json).toMatchObject({ earliest: 3 });
    expect(await change("trim", { before: 5 })).toMatchObject(problem(416, "beyond-tail", { tail: 4 }));
    expect((await change("trim", { before: 4 })).json).toMatchObject({ earliest: 4, tail: 4 });
    expect((await api.read("a")).json).toMatchObject({ records: [], next: 4, complete: true });
    expect((await api.appendRecords("a", { data: "4" })).json).toMatchObject({ start: 4 });
  });

  test("makes a producer's retry of what is gone say that it was stored", async () => {
    const body = '{"records":[{"data":"x"}]}';
    for (const seq of [0, 1]) await api.append("a", body, producer(seq));
    await change("trim", { before: 5 });
    expect((await api.append("a", body, producer(0))).json).toMatchObject({ start: 4, duplicate: true });
    await api.send("PUT", "/v1/logs/another");
    api.nodes.compact("main");
    const members = { earliest: 5, tail: 6, producer_seq: 1, closed: false };
    const retry = await api.append("a", body, producer(0));
    expect(retry).toMatchObject(problem(410, "batch-trimmed", members));
    expect(retry.json.detail).toContain("was stored");
    expect((await api.append("a", body, producer(1))).json).toMatchObject({ start: 5, duplicate: true });
    expect((await api.append("a", body, producer(2))).json).toMatchObject({ start: 6, duplicate: false });
  });
});

describe("a closing", () => {
  test("seals the log: nothing is appended, and readers learn that it ends", async () => {
    expect(await close()).toMatchObject({ status: 200, json: { closed: true, tail: 4, duplicate: false } });
    expect(await close()).toMatchObject({ status: 200, json: { closed: true, tail: 4 } });
    expect(await api.appendRecords("a", { data: "4" })).toMatchObject(
      problem(409, "log-closed", { tail: 4 }),
    );
    expect((await api.send("GET", "/v1/logs/a")).json).toMatchObject({ closed: true, tail: 4 });
    const { json, headers } = await api.read("a");
    expect(json).toMatchObject({ closed: true, complete: true, next: 4 });
    expect(headers.get("Timberline-Closed")).toBe("true");
  });

  test("is refused with a condition in its body, which it does not know, and changes nothing", async () => {
    const init = { headers: { "Content-Type": "application/json" }, body: '{"expected_seq":5}' };
    expect(await api.send("POST", "/v1/logs/a/close", init)).toMatchObject(problem(400, "invalid-body"));
    expect((await api.send("GET", "/v1/logs/a")).json).toMatchObject({ closed: false });
    expect(await api.send("POST", "/v1/logs/a/close", { ...init, body: "{}" })).toMatchObject({
      status: 200,
    });
  });

  test("is seen at the log's end only, where nothing is waited for", async () => {
    await close();
    const cut = await api.read("a", "?from=0&limit=3");
    expect([cut.json.closed, cut.headers.get("Timberline-Closed")]).toEqual([false, "false"]);
    api.nodes.asked.length = 0;
    expect((await api.read("a", "?from=tail&wait=30000")).json).toMatchObject({ records: [], closed: true });
    expect(api.nodes.asked).toHaveLength(1);
    const raw = await api.read("a", "?from=4", "application/octet-stream");
    expect([raw.status, raw.headers.get("Timberline-Closed")]).toEqual([204, "true"]);
  });

  test("by a producer happens once, and is told from another's", async () => {
    await api.append("a", '{"records":[{"data":"x"}]}', producer(0));
    expect(await close(producer(2))).toMatchObject(problem(409, "producer-sequence-gap"));
    expect((await close(producer(1))).json).toMatchObject({ closed: true, duplicate: false });
    expect((await close(producer(1))).json).toMatchObject({ closed: true, duplicate: true });
    expect(await close(producer(2))).toMatchObject(problem(409, "log-closed", { tail: 5 }));
    expect(await close(producer(0, 7))).toMatchObject(problem(409, "log-closed", { tail: 5 }));
  });

  test("can come with the last batch", async () => {
    const last = '{"records":[{"data":"last"}]}';
    const first = await api.append("a", last, producer(0), "?close=true");
    expect(first.json).toMatchObject({ start: 4, closed: true, duplicate: false });
    const again = await api.append("a", last, producer(0), "?close=true");
    expect(again.json).toEqual({ ...first.json, duplicate: true });
    expect(await api.append("a", last, producer(1), "?close=false")).toMatchObject(
      problem(409, "log-closed"),
    );
    expect((await api.read("a", "?from=4")).json).toMatchObject({
      records: [{ data: "last" }],
      closed: true,
    });
  });
});

describe("a fencing token", () => {
  const body = '{"records":[{"data":"x"}]}';

  test("keeps out the writers that name another one", async () => {
    expect((await change("fence", { token: "one" })).json).toMatchObject({ fencing_token: "one" });
    expect(await api.append("a", body, {}, "?fencing_token=one")).toMatchObject({ status: 200 });
    await change("fence", { token: "two" });
    const members = { fencing_token: "two", tail: 5 };
    expect(await api.append("a", body, {}, "?fencing_token=one")).toMatchObject(
      problem(412, "fenced", members),
    );
    expect((await api.append("a", body)).status).toBe(200);
    expect((await api.send("GET", "/v1/logs/a")).json).toMatchObject({ fencing_token: "two", tail: 6 });
  });

  test("is named, with the tail, where another condition fails", async () => {
    await change("fence", { token: "ž" });
    const query = `?expected_seq=1&fencing_token=${encodeURIComponent("ž")}`;
    expect(await api.append("a", body, {}, query)).toMatchObject(
      problem(412, "sequence-mismatch", { tail: 4, expected_seq: 1, fencing_token: "ž" }),
    );
  });

  test("is set only in the place of the one that is expected", async () => {
    expect((await change("fence", { token: "one", expected: null })).status).toBe(200);
    for (const expected of [null, "two"]) {
      expect(await change("fence", { token: "three", expected })).toMatchObject(
        problem(412, "fenced", { fencing_token: "one", tail: 4 }),
      );
    }
    expect((await change("fence", { token: "two", expected: "one" })).json.fencing_token).toBe("two");
    expect((await change("fence", { token: null })).json.fencing_token).toBe(null);
    expect(await api.append("a", body, {}, "?fencing_token=two")).toMatchObject(
      problem(412, "fenced", { fencing_token: null }),
    );
  });
});

describe("a log of JSON", () => {
  beforeEach(async () => {
    await api.sendJson("PUT", "/v1/logs/j", { content_type: "application/json" });
  });

  test("takes JSON alone", async () => {
    expect((await api.appendRecords("j", { json: 1 }, { json: null })).json).toMatchObject({ end: 2 });
    const refused = problem(409, "content-type-mismatch", { content_type: "application/json" });
    expect(await api.appendRecords("j", { json: 1 }, { data: "1" })).toMatchObject(refused);
    expect(await api.append("j", "1", { "Content-Type": "text/plain" })).toMatchObject(refused);
    expect((await api.read("j")).json.tail).toBe(2);
  });

  test("is told from one of another type", async () => {
    await api.sendJson("PUT", "/v1/logs/t", { content_type: "text/plain" });
    expect(await api.appendRecords("t", { json: 1 })).toMatchObject(
      problem(409, "content-type-mismatch", { content_type: "text/plain" }),
    );
    expect((await api.appendRecords("t", { data: "1" })).status).toBe(200);
  });
});

test("a log that is not there can't be changed", async () => {
  const missing = problem(404, "log-not-found");
  expect(await api.sendJson("POST", "/v1/logs/b/trim", { before: 0 })).toMatchObject(missing);
  expect(await api.send("POST", "/v1/logs/b/close")).toMatchObject(missing);
  expect(await api.sendJson("POST", "/v1/logs/b/fence", { token: "x" })).toMatchObject(missing);
});
