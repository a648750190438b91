import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Harness, problem, withLog } from "./harness.ts";

let api: Harness;
beforeAll(async () => {
  api = await withLog();
});

/** Whatever was refused, nothing of it was written. */
afterEach(async () => {
  expect((await api.read("a")).json).toMatchObject({ records: [], tail: 0 });
});

const badNumbers = [
  "",
  "-1",
  "+1",
  "1.0",
  "1e3",
  "0x1",
  "01",
  "NaN",
  "Infinity",
  "9007199254740992",
  " 1",
  "1,1",
];

describe("a parameter that is refused:", () => {
  const body = JSON.stringify({ records: [{ data: "x" }] });

  test.each(badNumbers)("number %j", async (value) => {
    const text = encodeURIComponent(value);
    const refused = problem(400, "invalid-request");
    expect(await api.append("a", body, {}, `?expected_seq=${text}`)).toMatchObject(refused);
    for (const name of ["limit", "max_bytes", "wait", "min_index", "timeout_ms", "until"]) {
      expect(await api.read("a", `?${name}=${text}`)).toMatchObject(refused);
    }
    if (value !== "-1") expect(await api.read("a", `?from=${text}`)).toMatchObject(refused);
    for (const name of ["Producer-Epoch", "Producer-Seq"]) {
      const producer = { "Producer-Id": "p", "Producer-Epoch": "0", "Producer-Seq": "0", [name]: value };
      // The platform trims what a header begins with.
      if (value !== " 1") expect(await api.append("a", body, producer)).toMatchObject(refused);
    }
  });

  test.each([
    "from=-0",
    "from=--1",
    "from=-9007199254740992",
    "from=latest",
    "from=time:",
    "from=time:-1",
    "from=time:1.5",
    "from=time:01",
    "from=time:NaN",
    "from=time:9007199254740992",
    "from=time:2026-01-01",
    "from=time:2026-01-01T00:00:00",
    "from=time:2026-01-01T00:00:00+01:00",
    "from=time:2026-02-30T00:00:00Z",
    "from=time:1969-12-31T23:59:59Z",
    "from=time:now",
    "from=TIME:1",
    "from=3&until=2",
    "until=1&until=1",
    "limit=0",
    "limit=10001",
    "wait=30001",
    "max_bytes=0",
    "timeout_ms=0",
    "timeout_ms=60001",
    "consistency=eventual",
    "from=0&from=1",
    "__proto__=1",
  ])("%s", async (query) => {
    expect(await api.read("a", `?${query}`)).toMatchObject(
      problem(400, "invalid-request", { errors: [{ in: "query" }] }),
    );
  });

  test.each([
    "expected_seq=0&expected_seq=0",
    "expected_sqe=0",
    "fencing_token=",
    `fencing_token=${"x".repeat(256)}`,
    "fencing_token=a&fencing_token=a",
    "close=1",
    "close=",
  ])("append?%s", async (query) => {
    expect(await api.append("a", body, {}, `?${query}`)).toMatchObject(problem(400, "invalid-request"));
  });

  test.each(["0", "*", '"0","1"', 'W/"0"', '"x"', '"-1"', '"01"', '"9007199254740992"', '""'])(
    "If-Match: %s",
    async (token) => {
      expect(await api.append("a", body, { "If-Match": token })).toMatchObject(
        problem(400, "invalid-request"),
      );
    },
  );

  test("If-Match beside expected_seq", async () => {
    const twice = await api.append("a", body, { "If-Match": '"0"' }, "?expected_seq=0");
    expect(twice).toMatchObject(problem(400, "invalid-request"));
  });

  test.each([
    { "Producer-Id": "p" },
    { "Producer-Id": "p", "Producer-Epoch": "0" },
    { "Producer-Epoch": "0", "Producer-Seq": "0" },
    { "Producer-Id": "p, p", "Producer-Epoch": "0", "Producer-Seq": "0" },
    { "Producer-Id": "", "Producer-Epoch": "0", "Producer-Seq": "0" },
    { "Producer-Id": "é", "Producer-Epoch": "0", "Producer-Seq": "0" },
    { "Producer-Id": "p".repeat(256), "Producer-Epoch": "0", "Producer-Seq": "0" },
  ])("producer %j", async (headers) => {
    expect(await api.append("a", body, headers as Record<string, string>)).toMatchObject(
      problem(400, "invalid-request"),
    );
  });

  test("a duplicate producer header", async () => {
    const headers = new Headers({ "Producer-Id": "p", "Producer-Epoch": "0", "Producer-Seq": "0" });
    headers.append("Producer-Seq", "0");
    const twice = await api.send("POST", "/v1/logs/a/records", { body, headers });
    expect(twice).toMatchObject(problem(400, "invalid-request"));
  });
});

describe("a log's name that is refused:", () => {
  test.each([
    "_clusters",
    ".",
    "%2E%2E%2Fx",
    "a%2F..%2Fb",
    "%2Fa",
    "a%2F",
    "a%2F%2Fb",
    "-a",
    "a%20b",
    "a%00",
    "%C3%A9",
    "%zz",
    "%ff",
    "a%252Fb",
    "a%5Cb",
    "a%3Fb",
    "a%0Ab",
    "a%0A",
    "x".repeat(256),
    "a%2F_b",
  ])("%s", async (name) => {
    for (const method of ["PUT", "GET", "DELETE"]) {
      const refused = await api.send(method, `/v1/logs/${name}`);
      expect([refused.status, refused.json?.type]).toBeOneOf([
        [400, "/problems/invalid-request"],
        [404, "/problems/route-not-found"],
        [405, "/problems/method-not-allowed"],
      ]);
    }
    const listed = (await api.send("GET", "/v1/logs")).json.logs;
    expect(listed).toEqual([{ name: "a" }]);
  });

  test("a path that climbs is no route", async () => {
    expect(await api.send("GET", "/v1/logs/../../problems/../v1/x")).toMatchObject(
      problem(404, "route-not-found"),
    );
    expect(await api.send("PUT", "/v1/logs/a/")).toMatchObject(problem(404, "route-not-found"));
    expect(await api.send("GET", "/v1//logs/a")).toMatchObject(problem(404, "route-not-found"));
  });

  test("the longest one is taken", async () => {
    const long = await withLog("x".repeat(255));
    expect((await long.send("GET", "/v1/logs")).json.logs).toHaveLength(1);
  });
});
