import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { BODY_TIMEOUT_MS } from "../../../src/http/body.ts";
import { type Harness, problem, withLog } from "../harness.ts";

let api: Harness;
let before: unknown;
const state = async () => [
  (await api.send("GET", "/v1/logs/a")).json,
  (await api.send("GET", "/v1/logs/a/consumers")).json,
  (await api.send("GET", "/v1/logs")).json,
];

beforeAll(async () => {
  api = await withLog();
  await api.appendRecords("a", { data: "0" }, { data: "1" });
  await api.sendJson("PUT", "/v1/logs/a/consumers/c", { position: 1 });
  before = await state();
});

/** Whatever was refused, nothing of it was written. */
afterEach(async () => {
  expect(await state()).toEqual(before);
  vi.useRealTimers();
});

/** Routes with a small JSON body, and whether they can do without. */
const routes = [
  { method: "PUT", path: "/v1/logs/new", valid: { ttl_s: 1 }, mayBeEmpty: true },
  { method: "PUT", path: "/v1/logs/a", valid: { retention: { records: 1 } }, mayBeEmpty: true },
  { method: "POST", path: "/v1/logs/a/trim", valid: { before: 1 }, mayBeEmpty: false },
  { method: "POST", path: "/v1/logs/a/fence", valid: { token: "t" }, mayBeEmpty: false },
  { method: "PUT", path: "/v1/logs/a/consumers/c", valid: { position: 0 }, mayBeEmpty: false },
] as const;

describe.each(routes)("$method $path refuses a body that is", ({ method, path, valid }) => {
  const text = JSON.stringify(valid);
  const send = (body: BodyInit, headers: Record<string, string> = {}) => {
    const init = { body, headers: { "Content-Type": "application/json", ...headers }, duplex: "half" };
    return api.send(method, path, init as RequestInit);
  };

  test.each<[string, BodyInit]>([
    ["not JSON", "{"],
    ["cut off", text.slice(0, -1)],
    ["of blanks", "  "],
    ["not UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])],
    ["UTF-16", new Uint8Array([0x7b, 0, 0x7d, 0])],
    ["null", "null"],
    ["a list", `[${text}]`],
    ["a text", JSON.stringify(text)],
    ["with an unknown member", `{"x":1,${text.slice(1)}`],
    ["with __proto__ as a member", `{"__proto__":{},${text.slice(1)}`],
    ["nested", "[".repeat(2_000)],
  ])("%s", async (_, body) => {
    expect(await send(body)).toMatchObject(problem(400, "invalid-body"));
  });

  test("huge, of another type, compressed, or of another length than it says", async () => {
    expect(await send(`${text}${" ".repeat(5_000)}`)).toMatchObject(problem(413, "body-too-large"));
    for (const headers of [
      { "Content-Type": "text/plain" },
      { "Content-Type": "" },
      { "Content-Encoding": "gzip" },
    ])
      expect(await send(text, headers)).toMatchObject(problem(415, "unsupported-media-type"));
    for (const length of ["1", "1000"])
      expect(await send(text, { "Content-Length": length })).toMatchObject(problem(400, "invalid-body"));
  });

  test("late", async () => {
    vi.useFakeTimers();
    const stalled = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode("{")),
    });
    const answer = send(stalled);
    await vi.advanceTimersByTimeAsync(BODY_TIMEOUT_MS);
    expect(await answer).toMatchObject(problem(408, "body-timeout"));
  });

  test("fine, where the query is not", async () => {
    for (const query of ["x=1", "timeout_ms=0", "timeout_ms=1&timeout_ms=1", "__proto__=1"]) {
      const init = { body: text, headers: { "Content-Type": "application/json" } };
      expect(await api.send(method, `${path}?${query}`, init)).toMatchObject(problem(400, "invalid-request"));
    }
  });
});

test.each(routes.filter(({ mayBeEmpty }) => !mayBeEmpty))(
  "$method $path refuses a body that asks for nothing",
  async ({ method, path }) => {
    const headers = { "Content-Type": "application/json" };
    for (const body of ["", "{}"])
      expect(await api.send(method, path, { body, headers })).toMatchObject(problem(400, "invalid-body"));
    expect(await api.send(method, path)).toMatchObject(problem(400, "invalid-body"));
  },
);

const badNaturals = [-1, 1.5, "1", null, true, [], 2 ** 53, 1e300];

describe("a member that is refused:", () => {
  const refuses = async (method: string, path: string, body: string) => {
    const headers = { "Content-Type": "application/json" };
    expect(await api.send(method, path, { body, headers })).toMatchObject(problem(400, "invalid-body"));
  };

  test.each(badNaturals)("a number like %j", async (value) => {
    const text = JSON.stringify(value);
    await refuses("POST", "/v1/logs/a/trim", `{"before":${text}}`);
    await refuses("PUT", "/v1/logs/a/consumers/c", `{"position":${text}}`);
    await refuses("PUT", "/v1/logs/a/consumers/c", `{"lease":{"holder":"h","ttl_ms":${text}}}`);
    for (const name of ["ttl_s", "expires_at"]) await refuses("PUT", "/v1/logs/new", `{"${name}":${text}}`);
    for (const name of value === null ? [] : ["age_ms", "bytes", "records"])
      await refuses("PUT", "/v1/logs/a", `{"retention":{"${name}":${text}}}`);
  });

  test.each(["1e999", "NaN", "-0.5", "0x1", "01", "9007199254740993"])("a number %s", async (text) => {
    await refuses("POST", "/v1/logs/a/trim", `{"before":${text}}`);
    await refuses("PUT", "/v1/logs/a/consumers/c", `{"position":${text}}`);
  });

  test.each([
    { retention: null },
    { retention: [] },
    { retention: { records: 0 } },
    { retention: { age_ms: 0 } },
    { retention: { bytes: 0 } },
    { retention: { age: 1 } },
    { ttl_s: 0 },
    { content_type: "" },
    { content_type: "text" },
    { content_type: "text/" },
    { content_type: "text/plain; charset=utf-8" },
    { content_type: "text/pl ain" },
    { content_type: "text/plain\n" },
    { content_type: "té/xt" },
    { content_type: `a/${"x".repeat(254)}` },
    { content_type: null },
  ])("of a log: %j", async (body) => {
    for (const log of ["a", "new"]) await refuses("PUT", `/v1/logs/${log}`, JSON.stringify(body));
  });

  test.each([
    '{"token":""}',
    '{"token":1}',
    `{"token":"${"x".repeat(256)}"}`,
    '{"token":"\\ud800"}',
    '{"expected":"t"}',
    '{"token":"t","expected":""}',
    '{"token":"t","expected":1}',
  ])("of a fence: %s", async (body) => {
    await refuses("POST", "/v1/logs/a/fence", body);
  });

  test.each([
    '{"holder":"h"}',
    '{"position":0,"holder":""}',
    '{"position":0,"holder":"\\ud800"}',
    `{"position":0,"holder":"${"x".repeat(256)}"}`,
    '{"lease":{}}',
    '{"lease":null}',
    '{"lease":{"holder":"h"}}',
    '{"lease":{"ttl_ms":1}}',
    '{"lease":{"holder":"","ttl_ms":1}}',
    '{"lease":{"holder":"h","ttl_ms":86400001}}',
    '{"lease":{"holder":"h","ttl_ms":1,"until":2}}',
    '{"position":0,"holder":"h","lease":{"holder":"h","ttl_ms":1}}',
    '{"position":0,"version":1}',
  ])("of a consumer: %s", async (body) => {
    await refuses("PUT", "/v1/logs/a/consumers/c", body);
  });
});

describe("of a consumer", () => {
  const put = (path: string, headers: Record<string, string> = {}) =>
    api.sendJson("PUT", `/v1/logs/a/consumers/${path}`, { position: 0 }, headers);

  test.each(["1", "*", '"0"', '"01"', '"1","2"', 'W/"1"', '"x"', '"9007199254740992"', '""'])(
    "If-Match: %s is refused",
    async (tag) => {
      const refused = problem(400, "invalid-request");
      expect(await put("c", { "If-Match": tag })).toMatchObject(refused);
      const headers = { "If-Match": tag };
      expect(await api.send("DELETE", "/v1/logs/a/consumers/c", { headers })).toMatchObject(refused);
    },
  );

  test.each([
    { "If-None-Match": '"1"' },
    { "If-None-Match": "" },
    { "If-None-Match": "*", "If-Match": '"1"' },
  ])("%j is refused", async (headers) => {
    expect(await put("c", headers as Record<string, string>)).toMatchObject(problem(400, "invalid-request"));
  });

  test.each([
    "_c",
    "-c",
    ".",
    "..",
    "a%2Fb",
    "a%20b",
    "%00",
    "%C3%A9",
    "%zz",
    "%ff",
    "x".repeat(256),
    "c%0A",
  ])("the name %s is refused", async (name) => {
    for (const method of ["GET", "PUT", "DELETE"]) {
      const path = `/v1/logs/a/consumers/${name}`;
      const answer = method === "PUT" ? put(name) : api.send(method, path);
      const { status, json } = await answer;
      expect([status, json?.type]).toBeOneOf([
        [400, "/problems/invalid-request"],
        [404, "/problems/route-not-found"],
        [405, "/problems/method-not-allowed"],
      ]);
    }
  });

  test("the longest name is taken", async () => {
    const name = "x".repeat(255);
    expect((await put(name)).status).toBe(200);
    expect((await api.send("DELETE", `/v1/logs/a/consumers/${name}`)).status).toBe(204);
  });

  test.each([
    "limit=0",
    "limit=1001",
    "limit=x",
    "cursor=",
    "cursor=YQ",
    "cursor=Ly8v",
    "prefix=a",
    "limit=1&limit=1",
  ])("a list with %s is refused", async (query) => {
    expect(await api.send("GET", `/v1/logs/a/consumers?${query}`)).toMatchObject(
      problem(400, "invalid-request"),
    );
  });

  test.each(["holder=", `holder=${"x".repeat(256)}`, "holder=a&holder=b", "force=1"])(
    "a deletion with %s is refused",
    async (query) => {
      expect(await api.send("DELETE", `/v1/logs/a/consumers/c?${query}`)).toMatchObject(
        problem(400, "invalid-request"),
      );
    },
  );
});

test("a closing by half of a producer is refused", async () => {
  for (const headers of [
    { "Producer-Id": "p" },
    { "Producer-Epoch": "0", "Producer-Seq": "0" },
    { "Producer-Id": "p", "Producer-Epoch": "-1", "Producer-Seq": "0" },
    { "Producer-Id": "p, q", "Producer-Epoch": "0", "Producer-Seq": "0" },
  ]) {
    const init = { headers: headers as Record<string, string> };
    expect(await api.send("POST", "/v1/logs/a/close", init)).toMatchObject(problem(400, "invalid-request"));
  }
});
