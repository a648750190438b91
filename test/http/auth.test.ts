import { sign } from "hono/jwt";
import { describe, expect, test } from "vitest";
import { Harness, problem, type Vars } from "../api/harness.ts";

const ADMIN_TOKEN = "an-admin-token";
const JWT_SECRET = "a-secret";
const all = ["read", "append", "admin"];
const now = Math.floor(Date.now() / 1_000);

const as = (token: string) => ({ Authorization: `Bearer ${token}` });
const admin = as(ADMIN_TOKEN);
const refused = problem(401, "unauthorized");
const forbidden = problem(403, "forbidden");

async function withLogs(vars: Vars = { ADMIN_TOKEN, JWT_SECRET }): Promise<Harness> {
  const api = new Harness(vars);
  for (const log of ["a%2Fx", "b"]) await api.send("PUT", `/v1/logs/${log}`, { headers: admin });
  await api.send("PUT", "/v1/clusters/other", { headers: admin });
  await api.send("PUT", "/v1/clusters/other/logs/a%2Fx", { headers: admin });
  return api;
}

const claims = (more: Record<string, unknown> = {}) => ({ actions: all, prefix: "", ...more });
const bearer = async (more?: Record<string, unknown>) => as(await sign(claims(more), JWT_SECRET, "HS256"));

describe("without a secret", () => {
  const routes: readonly [string, string][] = [
    ["GET", "/v1/clusters"],
    ["PUT", "/v1/clusters/x"],
    ["GET", "/v1/clusters/main"],
    ["POST", "/v1/clusters/main/members"],
    ["DELETE", "/v1/clusters/main/members/1"],
    ["POST", "/v1/clusters/main/members/1/recover"],
    ["GET", "/v1/logs"],
    ["PUT", "/v1/logs/a"],
    ["GET", "/v1/logs/a"],
    ["HEAD", "/v1/logs/a"],
    ["DELETE", "/v1/logs/a"],
    ["POST", "/v1/logs/a/records"],
    ["GET", "/v1/logs/a/records"],
    ["POST", "/v1/logs/a/trim"],
    ["POST", "/v1/logs/a/close"],
    ["POST", "/v1/logs/a/fence"],
    ["GET", "/v1/logs/a/consumers"],
    ["GET", "/v1/logs/a/consumers/c"],
    ["PUT", "/v1/logs/a/consumers/c"],
    ["DELETE", "/v1/logs/a/consumers/c"],
  ];

  test.each(routes)("%s %s is refused, and touches no node", async (method, path) => {
    for (const vars of [{}, { ADMIN_TOKEN: "", JWT_SECRET: "" }, { LOCAL: "off" }, { LOCAL: "1" }]) {
      const api = new Harness(vars);
      const answer = await api.send(method, path, { headers: as("") });
      expect(answer.status).toBe(503);
      if (method !== "HEAD") expect(answer.json.detail).toContain("wrangler secret put ADMIN_TOKEN");
      expect(answer.headers.get("Retry-After")).toBeNull();
      expect(api.nodes.touched.size).toBe(0);
    }
  });

  test.each(routes)("%s %s is refused without a token", async (method, path) => {
    const api = new Harness({ ADMIN_TOKEN });
    const answer = await api.send(method, path);
    expect([answer.status, answer.headers.get("WWW-Authenticate")]).toEqual([401, "Bearer"]);
    expect(api.nodes.touched.size).toBe(0);
  });

  test.each(["/healthz", "/openapi.json", "/problems", "/problems/no-leader"])("%s is open", async (path) => {
    const api = new Harness({});
    expect((await api.send("GET", path)).status).toBe(200);
  });

  test("everything is allowed in a local cluster only", async () => {
    expect((await new Harness({ LOCAL: "on" }).send("PUT", "/v1/logs/a")).status).toBe(201);
    expect(await new Harness({ LOCAL: "on", ADMIN_TOKEN }).send("PUT", "/v1/logs/a")).toMatchObject(refused);
  });
});

describe("the admin token", () => {
  test("may do everything", async () => {
    const api = await withLogs({ ADMIN_TOKEN });
    expect((await api.send("GET", "/v1/clusters", { headers: admin })).json.clusters).toHaveLength(2);
    const headers = { Authorization: `bearer  ${ADMIN_TOKEN}` };
    expect((await api.send("GET", "/v1/clusters/main", { headers })).status).toBe(200);
  });

  test.each([
    "",
    "Bearer",
    "Bearer ",
    `Basic ${ADMIN_TOKEN}`,
    ADMIN_TOKEN,
    `Bearer ${ADMIN_TOKEN}x`,
    `Bearer ${ADMIN_TOKEN.slice(1)}`,
    `Bearer ${ADMIN_TOKEN} x`,
    `Bearer ${ADMIN_TOKEN}, Bearer ${ADMIN_TOKEN}`,
    "Bearer undefined",
  ])("is not %j", async (Authorization) => {
    const api = new Harness({ ADMIN_TOKEN });
    expect(await api.send("GET", "/v1/logs", { headers: { Authorization } })).toMatchObject(refused);
  });
});

describe("a signed token", () => {
  test("may do what its actions say", async () => {
    const api = await withLogs();
    const may = async (actions: readonly string[]) => {
      const headers = await bearer({ actions });
      const answers = [
        await api.send("GET", "/v1/logs/b/records", { headers }),
        await api.send("POST", "/v1/logs/b/records", { headers, body: "x" }),
        await api.send("PUT", "/v1/logs/b", { headers }),
      ];
      return answers.map(({ status }) => status);
    };
    expect(await may(["read"])).toEqual([200, 403, 403]);
    expect(await may(["append"])).toEqual([403, 200, 403]);
    expect(await may(["admin"])).toEqual([403, 403, 200]);
    expect(await may([])).toEqual([403, 403, 403]);
  });

  test.each([
    ["GET", "consumers", null, "read"],
    ["GET", "consumers/c", null, "read"],
    ["PUT", "consumers/c", { position: 0 }, "append"],
    ["DELETE", "consumers/c", null, "append"],
    ["POST", "fence", { token: "t" }, "append"],
    ["POST", "close", null, "append"],
    ["POST", "trim", { before: 0 }, "admin"],
  ])("may %s %s, with %j, if it may do what that takes", async (method, path, body, action) => {
    const api = await withLogs();
    await api.sendJson("PUT", "/v1/logs/b/consumers/c", { position: 0 }, admin);
    const url = `/v1/logs/b/${path}`;
    const send = (headers: Record<string, string>) =>
      body === null ? api.send(method, url, { headers }) : api.sendJson(method, url, body, headers);
    expect(await send(await bearer({ actions: all.filter((other) => other !== action) }))).toMatchObject(
      forbidden,
    );
    expect(await send(await bearer({ actions: [action], prefix: "a" }))).toMatchObject(forbidden);
    expect((await send(await bearer({ actions: [action] }))).status).toBeLessThan(300);
  });

  test("only on logs of its prefix", async () => {
    const api = await withLogs();
    const headers = await bearer({ prefix: "a/" });
    const status = async (method: string, path: string) => (await api.send(method, path, { headers })).status;
    expect(await status("GET", "/v1/logs/a%2Fx")).toBe(200);
    expect(await status("GET", "/v1/logs/b")).toBe(403);
    expect(await status("GET", "/v1/logs/a")).toBe(403);
    expect(await status("PUT", "/v1/logs/b")).toBe(403);
    expect(await status("GET", "/v1/logs")).toBe(403);
    expect(await status("GET", "/v1/logs?prefix=a")).toBe(403);
    expect(await status("GET", "/v1/logs?prefix=a%2Fx")).toBe(200);
    expect(await status("GET", "/v1/logs?prefix=a%2F&prefix=")).toBe(400);
    expect(await status("GET", "/v1/logs?prefix=&prefix=a%2F")).toBe(403);
    expect(await status("GET", "/v1/clusters")).toBe(403);
    expect(await status("PUT", "/v1/clusters/main")).toBe(403);
    expect(await status("DELETE", "/v1/clusters/main/members/1")).toBe(403);
  });

  test("only in its cluster, which is main unless it says another", async () => {
    const api = await withLogs();
    const both = async (headers: Record<string, string>) => [
      (await api.send("GET", "/v1/logs/a%2Fx", { headers })).status,
      (await api.send("GET", "/v1/clusters/other/logs/a%2Fx", { headers })).status,
    ];
    expect(await both(await bearer())).toEqual([200, 403]);
    expect(await both(await bearer({ cluster: "main" }))).toEqual([200, 403]);
    expect(await both(await bearer({ cluster: "other" }))).toEqual([403, 200]);
  });

  test("is asked for even where there is no such cluster", async () => {
    const api = await withLogs();
    const path = "/v1/clusters/stranger/logs";
    expect(await api.send("GET", path, { headers: await bearer() })).toMatchObject(forbidden);
    expect(await api.send("GET", path, { headers: admin })).toMatchObject(problem(404, "cluster-not-found"));
  });

  test.each<[string, Record<string, unknown>, boolean]>([
    ["expired", { exp: now - 60 }, false],
    ["expired for a moment", { exp: now - 1 }, true],
    ["not valid for a moment yet", { nbf: now + 2 }, true],
    ["not expired", { exp: now + 60 }, true],
    ["not valid yet", { nbf: now + 60 }, false],
    ["with an expiry that is none", { exp: "never" }, false],
    ["without actions", { actions: undefined }, false],
    ["with an action that is none", { actions: ["read", "everything"] }, false],
    ["with actions in one string", { actions: "read" }, false],
    ["without a prefix", { prefix: undefined }, false],
    ["with a prefix that is none", { prefix: null }, false],
    ["with a cluster that is none", { cluster: 1 }, false],
    ["with other claims", { sub: "someone" }, true],
  ])("%s", async (_, more, isTaken) => {
    const api = await withLogs();
    const answer = await api.send("GET", "/v1/logs", { headers: await bearer(more) });
    expect(answer).toMatchObject(isTaken ? { status: 200 } : refused);
  });

  test("of another key, algorithm or of none is refused", async () => {
    const api = await withLogs();
    const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url");
    const [header, payload, signature] = (await sign(claims(), JWT_SECRET, "HS256")).split(".");
    const forged = [
      await sign(claims(), "another-secret", "HS256"),
      await sign(claims(), JWT_SECRET, "HS512"),
      `${encode({ alg: "none", typ: "JWT" })}.${payload}.`,
      `${encode({ alg: "none", typ: "JWT" })}.${payload}.${signature}`,
      `${encode({ alg: "HS512", typ: "JWT" })}.${payload}.${signature}`,
      `${header}.${encode(claims({ prefix: "x" }))}.${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${header}.${payload}.${signature}.`,
      "..",
      "not-a-token",
    ];
    for (const token of forged)
      expect(await api.send("GET", "/v1/logs", { headers: as(token) })).toMatchObject(refused);
  });

  test("is refused where only an admin token is configured", async () => {
    const api = await withLogs({ ADMIN_TOKEN });
    expect(await api.send("GET", "/v1/logs", { headers: await bearer() })).toMatchObject(refused);
    const unsigned = as(await sign(claims(), "undefined", "HS256"));
    expect(await api.send("GET", "/v1/logs", { headers: unsigned })).toMatchObject(refused);
  });
});
