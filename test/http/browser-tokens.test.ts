import { sign } from "hono/jwt";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CLOCK_TOLERANCE_S } from "../../src/http/signed-token.ts";
import { Harness, problem } from "../api/harness.ts";

const ADMIN_TOKEN = "an-admin-token";
const JWT_SECRET = "a-secret";
const now = Math.floor(Date.now() / 1_000);

const upgrade = { Upgrade: "websocket", Connection: "Upgrade" };
const events = { Accept: "text/event-stream" };
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const sealed = (token: string) => `timberline.bearer.${Buffer.from(token).toString("base64url")}`;
const offering = (...protocols: readonly string[]) => ({
  ...upgrade,
  "Sec-WebSocket-Protocol": protocols.join(", "),
});
const query = (...tokens: readonly string[]) =>
  new URLSearchParams(tokens.map((token) => ["access_token", token]));
const signed = (claims: Record<string, unknown> = {}) =>
  sign({ actions: ["read", "append"], prefix: "", exp: now + 600, ...claims }, JWT_SECRET, "HS256");

/** What follows: its address, and what makes it follow. */
const sockets = ["/v1/sessions?", "/v1/logs/a/records?"].map((path) => [path, upgrade] as const);
const streams = [
  ["/v1/logs/a/records?", events],
  ["/v1/stream/a?offset=-1&live=sse&", {}],
] as const;
const followers: readonly (readonly [string, Record<string, string>])[] = [...sockets, ...streams];

let api: Harness;
/** All that was told to anybody: answers and lines on the console. */
let told: string;

beforeEach(async () => {
  told = "";
  for (const method of ["log", "warn", "error"] as const)
    vi.spyOn(console, method).mockImplementation((...line) => {
      told += line.join(" ");
    });
  api = new Harness({ ADMIN_TOKEN, JWT_SECRET });
  await api.send("PUT", "/v1/logs/a", { headers: bearer(ADMIN_TOKEN) });
  await api.send("POST", "/v1/logs/a/close", { headers: bearer(ADMIN_TOKEN) });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const open = (path: string, headers: Record<string, string>) => api.request("GET", path, { headers });

async function refused(path: string, headers: Record<string, string>, method = "GET") {
  const answer = await api.send(method, path, { headers });
  told += answer.text + JSON.stringify([...answer.headers]);
  return answer;
}

describe("a token in a sub-protocol", () => {
  test.each(sockets)("opens GET %s, and is not agreed on", async (path, headers) => {
    const expiresAt = (now + 600 + CLOCK_TOLERANCE_S) * 1_000;
    for (const protocols of [
      ["timberline.v1", sealed(await signed())],
      [sealed(await signed()), "other", "timberline.v1"],
    ]) {
      expect((await open(path, { ...headers, ...offering(...protocols) })).status).toBe(101);
      expect(api.nodes.sockets.at(-1)?.opening).toMatchObject({
        protocol: "timberline.v1",
        grant: { expiresAt },
      });
    }
  });

  test("may be the admin token, or one that never expires", async () => {
    for (const token of [ADMIN_TOKEN, await signed({ exp: undefined })])
      expect((await open("/v1/sessions", offering("timberline.v1", sealed(token)))).status).toBe(101);
  });

  test("is refused where it is not valid, and where it allows nothing here", async () => {
    expect(await refused("/v1/sessions", offering("timberline.v1", sealed("x")))).toMatchObject(
      problem(401, "unauthorized"),
    );
    const other = sealed(await signed({ prefix: "b" }));
    expect(await refused("/v1/logs/a/records", offering("timberline.v1", other))).toMatchObject(
      problem(403, "forbidden"),
    );
  });

  test.each(sockets)("without timberline.v1 beside it opens no GET %s, and is not told", async (path) => {
    const token = await signed();
    const answer = await refused(path, offering(sealed(token)));
    expect(answer).toMatchObject(problem(426, "upgrade-required"));
    expect(told).not.toContain(sealed(token));
    expect(api.nodes.sockets).toEqual([]);
  });

  test.each(["", "+", "YQ==", "Y", "_w"])("is no token as %j", async (text) => {
    const answer = await refused("/v1/sessions", offering("timberline.v1", `timberline.bearer.${text}`));
    expect(answer).toMatchObject(
      problem(400, "invalid-request", { errors: [{ in: "header", name: "Sec-WebSocket-Protocol" }] }),
    );
  });

  test("is nothing where no WebSocket is asked for, or the route opens none", async () => {
    const headers = offering("timberline.v1", sealed(await signed()));
    const { Upgrade: _, ...plain } = headers;
    expect(await refused("/v1/logs/a/records", plain)).toMatchObject(problem(401, "unauthorized"));
    expect(await refused("/v1/logs", headers)).toMatchObject(problem(401, "unauthorized"));
    expect(await refused("/v1/stream/a?offset=-1&live=sse", plain)).toMatchObject(
      problem(401, "unauthorized"),
    );
  });
});

describe("a token in the query", () => {
  test.each(followers)("opens GET %s", async (path, headers) => {
    const { status } = await open(`${path}${query(await signed())}`, headers);
    expect([101, 200]).toContain(status);
  });

  test.each(streams)(
    "keeps the answer to GET %s out of caches, and itself out of Referer",
    async (path, headers) => {
      for (const token of [await signed(), "nonsense"]) {
        const answer = await open(`${path}${query(token)}`, headers);
        expect(answer.headers.get("Cache-Control")).toBe("no-store");
        expect(answer.headers.get("Referrer-Policy")).toBe("no-referrer");
      }
    },
  );

  test.each(followers)("must expire within an hour to open GET %s", async (path, headers) => {
    const [late, endless] = [await signed({ exp: now + 3_700 }), await signed({ exp: undefined })];
    for (const token of [late, endless, ADMIN_TOKEN]) {
      const answer = await refused(`${path}${query(token)}`, headers);
      expect(answer).toMatchObject(problem(403, "forbidden"));
      expect(answer.json.detail).toContain("must expire within an hour");
      expect(told).not.toContain(token);
    }
    expect(api.nodes.sockets).toEqual([]);
  });

  test.each(followers)("that is not valid opens no GET %s, and is not told", async (path, headers) => {
    for (const token of [
      "nonsense",
      await signed({ exp: now - 600 }),
      await sign({}, "another-secret", "HS256"),
    ]) {
      expect(await refused(`${path}${query(token)}`, headers)).toMatchObject(problem(401, "unauthorized"));
      expect(told).not.toContain(token);
    }
    expect(await refused(path, headers)).toMatchObject(problem(401, "unauthorized"));
  });

  test("is refused by every other operation, though the header is right", async () => {
    const { json } = await api.send("GET", "/openapi.json");
    const paths = Object.entries<Record<string, unknown>>(json.paths);
    // It is open to all, and its protocol ignores unknown parameters.
    const keys = "/stream/__ds/jwks.json";
    const operations = paths
      .filter(([path]) => !path.endsWith(keys) && path.startsWith("/"))
      .flatMap(([path, item]) => Object.keys(item).map((method) => [method.toUpperCase(), path] as const))
      .filter(([method]) => method !== "OPTIONS" && method !== "PARAMETERS");
    expect(operations.length).toBeGreaterThan(40);
    const token = await signed({ actions: ["read", "append", "admin"] });
    for (const [method, template] of operations) {
      const path = template
        .replace("{cluster}", "main")
        .replace("{path}", "a")
        .replaceAll(/\{\w+\}/g, "1");
      const { status } = await refused(`${path}?${query(token)}`, bearer(ADMIN_TOKEN), method);
      expect([method, path, status]).toEqual([method, path, 400]);
    }
    expect(told).not.toContain(token);
  });

  test("is refused by reads that follow nothing, and is no token there", async () => {
    const token = query(await signed());
    for (const [method, path, headers] of [
      ["GET", "/v1/logs/a/records?", {}],
      ["HEAD", "/v1/logs/a/records?", events],
      ["GET", "/v1/stream/a?", {}],
      ["GET", "/v1/stream/a?offset=-1&live=long-poll&", events],
      ["HEAD", "/v1/stream/a?offset=-1&live=sse&", {}],
      ["GET", "/v1/sessions?", events],
      ["GET", "/v1/logs?", events],
      ["GET", "/v1/logs?", upgrade],
      ["GET", "/v1/stream/__ds/subscriptions/s?live=sse&", events],
    ] as const)
      expect([path, (await refused(`${path}${token}`, headers, method)).status]).toEqual([path, 400]);
  });
});

describe("a token in more than one place", () => {
  test("is refused, even if it is the same one", async () => {
    const token = await signed();
    const inProtocol = offering("timberline.v1", sealed(token));
    for (const [path, headers] of [
      ["/v1/sessions", { ...inProtocol, ...bearer(token) }],
      ["/v1/sessions", offering("timberline.v1", sealed(token), sealed(token))],
      [`/v1/sessions?${query(token)}`, inProtocol],
      [`/v1/sessions?${query(token, token)}`, upgrade],
      [`/v1/logs/a/records?${query(token)}`, { ...events, ...bearer(token) }],
      [`/v1/stream/a?offset=-1&live=sse&${query(token)}`, bearer(token)],
    ] as const) {
      expect(await refused(path, headers)).toMatchObject(problem(400, "invalid-request"));
      expect(told).not.toContain(token);
    }
    expect(api.nodes.sockets).toEqual([]);
  });
});

test("a local cluster without a secret takes what a page would send, and looks at no token", async () => {
  api = new Harness({ LOCAL: "on" });
  await api.send("PUT", "/v1/logs/a");
  await api.send("POST", "/v1/logs/a/close");
  expect((await open("/v1/sessions", offering("timberline.v1", sealed("any")))).status).toBe(101);
  for (const [path, headers] of followers)
    expect([101, 200]).toContain((await open(`${path}${query("any")}`, headers)).status);
  expect((await refused(`/v1/logs?${query("any")}`, {})).status).toBe(400);
});
