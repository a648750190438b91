import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Harness, problem, withLog } from "../harness.ts";

describe("a page", () => {
  let api: Harness;
  beforeAll(async () => {
    api = await withLog("dir/a");
    await api.appendRecords("dir/a", { data: "0", headers: { k: "v" } }, { json: [1] }, { base64: "Ag==" });
    await api.appendRecords("dir/a", { data: "3" }, { data: "4" });
  });

  const seqs = async (query: string) => {
    const { records, ...rest } = (await api.read("dir/a", query)).json;
    return [records.map((record: { seq: number }) => record.seq), rest.next, rest.complete];
  };

  test("gives each record in the form it was given in", async () => {
    const { status, json, headers } = await api.read("dir/a", "?limit=3");
    expect(status).toBe(200);
    const { clock: timestamp } = api.nodes;
    expect(json).toEqual({
      records: [
        { seq: 0, timestamp, headers: { k: "v" }, data: "0" },
        { seq: 1, timestamp, headers: {}, json: [1] },
        { seq: 2, timestamp, headers: {}, base64: "Ag==" },
      ],
      ...{ next: 3, tail: 5, complete: false, closed: false },
    });
    expect(Object.fromEntries(headers)).toMatchObject({
      "timberline-index": "3",
      "timberline-next": "3",
      "timberline-tail": "5",
      "timberline-complete": "false",
      "cache-control": "no-store",
    });
  });

  test.each([
    ["", [[0, 1, 2, 3, 4], 5, true]],
    ["?from=earliest&limit=2", [[0, 1], 2, false]],
    ["?from=1&limit=1", [[1], 2, false]],
    ["?from=2&limit=2", [[2, 3], 4, false]],
    ["?from=4", [[4], 5, true]],
    ["?from=5", [[], 5, true]],
    ["?from=tail", [[], 5, true]],
    ["?from=-1", [[4], 5, true]],
    ["?from=-4&limit=3", [[1, 2, 3], 4, false]],
    ["?from=-99", [[0, 1, 2, 3, 4], 5, true]],
    ["?from=1&max_bytes=1", [[1, 2], 3, false]],
    ["?consistency=local&min_index=3", [[0, 1, 2, 3, 4], 5, true]],
  ])("%s", async (query, expected) => {
    expect(await seqs(query)).toEqual(expected);
  });

  test("makes nothing of Last-Event-ID, and says so", async () => {
    for (const accept of ["application/json", "application/x-ndjson", "application/octet-stream"]) {
      const headers = { Accept: accept, "Last-Event-ID": "1" };
      const refused = problem(400, "invalid-request", { errors: [{ in: "header", name: "Last-Event-ID" }] });
      expect(await api.send("GET", "/v1/logs/dir%2Fa/records", { headers })).toMatchObject(refused);
      expect((await api.request("HEAD", "/v1/logs/dir%2Fa/records", { headers })).status).toBe(400);
    }
  });

  test.each([
    ["?from=1&until=3", [[1, 2], 3, true]],
    ["?until=1", [[0], 1, true]],
    ["?from=1&until=4&limit=2", [[1, 2], 3, false]],
    ["?from=2&until=2", [[], 2, true]],
    ["?from=-2&until=4", [[3], 4, true]],
    ["?from=3&until=99", [[3, 4], 5, true]],
    ["?from=tail&until=2", [[], 5, true]],
    ["?from=5&until=5", [[], 5, true]],
  ])("ends where it is to end: %s", async (query, expected) => {
    expect(await seqs(query)).toEqual(expected);
  });

  test("beyond the tail answers the tail", async () => {
    expect(await api.read("dir/a", "?from=6")).toMatchObject(problem(416, "beyond-tail", { tail: 5 }));
  });

  test("of no log is refused", async () => {
    expect(await api.read("b")).toMatchObject(problem(404, "log-not-found"));
  });

  test("as NDJSON is one record a line", async () => {
    const { text, headers } = await api.read("dir/a", "?from=2&limit=2", "application/x-ndjson");
    expect(headers.get("Content-Type")).toBe("application/x-ndjson");
    expect(headers.get("Timberline-Next")).toBe("4");
    const { records } = (await api.read("dir/a", "?from=2&limit=2")).json;
    expect(text).toBe(records.map((record: unknown) => `${JSON.stringify(record)}\n`).join(""));
    expect((await api.read("dir/a", "?from=tail", "application/x-ndjson")).text).toBe("");
  });

  test("as raw bytes is one record", async () => {
    const { text, headers } = await api.read("dir/a", "?from=3", "application/octet-stream");
    expect(text).toBe("3");
    expect(Object.fromEntries(headers)).toMatchObject({
      "content-type": "application/octet-stream",
      "x-content-type-options": "nosniff",
      "timberline-seq": "3",
      "timberline-next": "4",
      "timberline-tail": "5",
    });
    const none = await api.read("dir/a", "?from=tail", "application/octet-stream");
    expect([none.status, none.text, none.headers.get("Timberline-Next")]).toEqual([204, "", "5"]);
    const many = await api.read("dir/a", "?limit=2", "application/octet-stream");
    expect(many).toMatchObject(problem(400, "invalid-request"));
  });

  test("as framed records has a length before each", async () => {
    const path = "/v1/logs/dir%2Fa/records?from=1&limit=3";
    const headers = { Accept: "application/vnd.timberline.records" };
    const bytes = new Uint8Array(await (await api.request("GET", path, { headers })).arrayBuffer());
    expect([...bytes]).toEqual([0, 0, 0, 3, 0x5b, 0x31, 0x5d, 0, 0, 0, 1, 2, 0, 0, 0, 1, 0x33]);
  });

  test.each([
    ["*/*", "application/json"],
    ["application/*;q=0.5, text/html", "application/json"],
    ["application/json;q=0.1, application/x-ndjson;q=0.2", "application/x-ndjson"],
    ["application/json;q=0, */*", "application/x-ndjson"],
    ["APPLICATION/X-NDJSON", "application/x-ndjson"],
    ["application/octet-stream, */*;q=0.1", "application/octet-stream"],
  ])("Accept: %s gives %s", async (accept, type) => {
    expect((await api.read("dir/a", "", accept)).headers.get("Content-Type")).toBe(type);
  });

  test("in no form that is accepted is a problem", async () => {
    for (const accept of ["text/html", "application/json;q=0", "image/*"]) {
      expect(await api.read("dir/a", "", accept)).toMatchObject(problem(406, "not-acceptable"));
    }
  });

  test("by HEAD has the headers alone", async () => {
    const { status, text, headers } = await api.send("HEAD", "/v1/logs/dir%2Fa/records");
    expect([status, text, headers.get("Timberline-Next")]).toEqual([200, "", "5"]);
  });
});

describe("a page from a time", () => {
  const times = [1_000, 1_000, 2_000, 5_000].map((ms) => 1_700_000_000_000 + ms);
  let api: Harness;
  beforeAll(async () => {
    api = await withLog();
    for (const [at, time] of times.entries()) {
      api.nodes.clock = time;
      await api.appendRecords("a", { data: `${at}` }, { data: `${at}` });
    }
  });

  const firstSince = async (time: string) => {
    const { status, json } = await api.read("a", `?from=time:${encodeURIComponent(time)}`);
    expect([status, json.next]).toEqual([200, 8]);
    return json.records[0]?.seq ?? null;
  };

  test.each([
    ["0", 0],
    ["1700000001000", 0],
    ["1700000001001", 4],
    ["1700000002000", 4],
    ["1700000005000", 6],
    ["1700000005001", null],
    ["9007199254740991", null],
    ["2023-11-14T22:13:22Z", 4],
    ["2023-11-14T22:13:22.001Z", 6],
    ["2023-11-14T23:13:22+01:00", 4],
    ["1970-01-01T00:00:00Z", 0],
  ])("begins with the first record of it or later: %s", async (time, seq) => {
    expect(await firstSince(time)).toBe(seq);
  });

  test("begins after what is trimmed", async () => {
    await api.sendJson("POST", "/v1/logs/a/trim", { before: 5 });
    expect(await firstSince("1700000001000")).toBe(5);
  });
});

describe("what a read asks of a node", () => {
  let api: Harness;
  beforeEach(async () => {
    api = await withLog();
    api.nodes.asked.length = 0;
  });

  test("is linearizable and does not wait, unless asked", async () => {
    await api.read("a");
    const [ask] = api.nodes.asked;
    const query = {
      kind: "page",
      name: "a",
      from: { at: "earliest" },
      until: null,
      recordsMax: 1_000,
      bytesMax: 1_048_576,
      waitMs: 0,
    };
    expect(ask?.request).toEqual({ kind: "query", query, consistency: "linearizable", minIndex: 0 });
    expect(ask?.options.timeoutMs).toBe(5_000);
  });

  test("is what the query says", async () => {
    const query = "?from=-3&limit=7&max_bytes=9&wait=20000&timeout_ms=1000&consistency=local&min_index=1";
    await api.read("a", query);
    const [ask] = api.nodes.asked;
    const page = { from: { at: "last", count: 3 }, recordsMax: 7, bytesMax: 9, waitMs: 0 };
    expect(ask?.request).toMatchObject({ query: page, consistency: "local", minIndex: 1 });
    expect(ask?.options.timeoutMs).toBe(500);
  });

  test("is whether there is anything, before it waits for it at what was seen", async () => {
    await api.appendRecords("a", { data: "0" });
    api.nodes.asked.length = 0;
    await api.read("a", "?from=tail&wait=20000&timeout_ms=1000");
    const [look, wait] = api.nodes.asked;
    expect(look?.request).toMatchObject({ query: { from: { at: "tail" }, waitMs: 0 } });
    const query = { from: { at: "seq", seq: 1 }, waitMs: 20_000 };
    expect(wait?.request).toMatchObject({ query, consistency: "local", minIndex: 2 });
    expect(wait?.options.timeoutMs).toBe(20_500);
  });

  test.each(["?from=0&wait=20000", "?from=1&until=1&wait=20000", "?from=tail"])(
    "is no wait where there is nothing to wait for: %s",
    async (query) => {
      await api.appendRecords("a", { data: "0" });
      api.nodes.asked.length = 0;
      await api.read("a", query);
      expect(api.nodes.asked).toHaveLength(1);
    },
  );

  test("waits in all no longer than asked, however often it is asked", async () => {
    api.nodes.faults.set("main/1", ["timeout", "timeout"]);
    api.nodes.faults.set("main/2", ["lost-before"]);
    await api.read("a", "?wait=1000");
    const waits = api.nodes.asked.map(
      ({ request }) => request.kind === "query" && request.query.kind === "page" && request.query.waitMs,
    );
    const [first = 0, second = 0, third = 0] = api.slept;
    expect(waits).toEqual([0, 0, 0, 1_000 - first - second, 1_000 - first - second - third]);
  });

  test("that never comes to know enough is a problem", async () => {
    const refused = await api.read("a", "?consistency=local&min_index=99&timeout_ms=300");
    expect(refused).toMatchObject(problem(503, "timeout"));
    expect(refused.headers.get("Retry-After")).toBe("1");
    expect(api.now).toBe(300);
  });
});

test("a log that was deleted and made again begins where it ended", async () => {
  const api = await withLog();
  await api.appendRecords("a", { data: "0" }, { data: "1" });
  await api.send("DELETE", "/v1/logs/a");
  expect(await api.read("a")).toMatchObject(problem(404, "log-not-found"));
  await api.send("PUT", "/v1/logs/a");
  await api.appendRecords("a", { data: "2" });
  expect((await api.read("a")).json.records).toMatchObject([{ seq: 2 }]);
  expect(await api.read("a", "?from=1")).toMatchObject(problem(410, "trimmed", { earliest: 2, tail: 3 }));
});
