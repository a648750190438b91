import { sign } from "hono/jwt";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CLOCK_TOLERANCE_S } from "../../../src/http/signed-token.ts";
import { TAIL_CREDIT } from "../../../src/sessions/protocol.ts";
import { Harness, problem, withLog } from "../harness.ts";

const secret = "a secret of a good length, for tests";
const upgrade = { Upgrade: "websocket", Connection: "Upgrade" };
const everything = { actions: ["read", "append", "admin"], prefix: "", cluster: null, expiresAt: null };

let api: Harness;
beforeEach(async () => {
  api = await withLog();
});

const open = (path: string, headers: Record<string, string> = {}) =>
  api.request("GET", path, { headers: { ...upgrade, ...headers } });

const refused = (path: string, headers: Record<string, string> = {}) =>
  api.send("GET", path, { headers: { ...upgrade, ...headers } });

describe("a session", () => {
  test("is opened at a node, which is told what its client may do", async () => {
    const response = await open("/v1/sessions", { "Sec-WebSocket-Protocol": "other, timberline.v1" });
    expect(response.status).toBe(101);
    const opening = { face: "session", cluster: "main", grant: everything, position: null };
    expect(api.nodes.sockets).toMatchObject([{ opening: { ...opening, protocol: "timberline.v1" } }]);
  });

  test("has no sub-protocol where its client names none, and is refused one that is not known", async () => {
    await open("/v1/sessions");
    expect(api.nodes.sockets).toMatchObject([{ opening: { protocol: null } }]);
    expect(await refused("/v1/sessions", { "Sec-WebSocket-Protocol": "timberline.v2" })).toMatchObject(
      problem(426, "upgrade-required"),
    );
  });

  test("is a WebSocket, and nothing else", async () => {
    const answer = await api.send("GET", "/v1/sessions");
    expect(answer).toMatchObject(problem(426, "upgrade-required"));
    expect(answer.headers.get("Upgrade")).toBe("websocket");
  });

  test("makes `main` where it is used first, and finds no cluster that is not there", async () => {
    api = new Harness();
    expect((await open("/v1/sessions")).status).toBe(101);
    expect(await refused("/v1/clusters/other/sessions")).toMatchObject(problem(404, "cluster-not-found"));
  });

  test("goes to the nearest node that takes it", async () => {
    const [latitude, longitude] = ["50.1", "4.4"];
    const nearWeur = { headers: upgrade, cf: { latitude, longitude } };
    await api.request("GET", "/v1/sessions", nearWeur);
    api.nodes.down.add("main/3");
    await api.request("GET", "/v1/sessions", nearWeur);
    expect(api.nodes.sockets.map(({ node }) => node)).toEqual([3, 2]);
  });

  test("goes to a node that does not lead, where it is not known where it comes from", async () => {
    await api.appendRecords("a", { data: "0" });
    for (let round = 0; round < 5; round += 1) await open("/v1/sessions");
    expect(api.nodes.sockets.map(({ node }) => node)).not.toContain(1);
  });

  test("is refused where every node has enough of them, or none can be reached", async () => {
    for (const node of ["main/1", "main/2", "main/3"]) api.nodes.socketFaults.set(node, 503);
    expect(await refused("/v1/sessions")).toMatchObject(problem(503, "too-many-readers"));
    for (const node of ["main/1", "main/2", "main/3"]) api.nodes.socketFaults.set(node, 404);
    expect(await refused("/v1/sessions")).toMatchObject(problem(503, "no-leader"));
  });
});

describe("a socket is opened", () => {
  const bearer = async (claims: Record<string, unknown>) => ({
    Authorization: `Bearer ${await sign(claims, secret)}`,
  });

  beforeEach(async () => {
    api = new Harness({ JWT_SECRET: secret });
    const headers = await bearer({ actions: ["admin"], prefix: "" });
    await api.send("PUT", "/v1/logs/a", { headers });
  });

  test("for a session, if the token allows to read or append something here, until it expires", async () => {
    const exp = Math.floor(Date.now() / 1_000) + 60;
    await open("/v1/sessions", await bearer({ actions: ["read"], prefix: "a", exp }));
    const grant = {
      actions: ["read"],
      prefix: "a",
      cluster: "main",
      expiresAt: (exp + CLOCK_TOLERANCE_S) * 1_000,
    };
    expect(api.nodes.sockets).toMatchObject([{ opening: { grant } }]);
  });

  test("not without a token, nor with one that is good for nothing here", async () => {
    expect(await refused("/v1/sessions")).toMatchObject(problem(401, "unauthorized"));
    for (const claims of [
      { actions: ["admin"], prefix: "" },
      { actions: ["read"], prefix: "", cluster: "other" },
      { actions: ["read"], prefix: "a".repeat(256) },
    ])
      expect(await refused("/v1/sessions", await bearer(claims))).toMatchObject(problem(403, "forbidden"));
    expect(api.nodes.sockets).toEqual([]);
  });

  test("for a tail, if the token allows to read the log; and it allows nothing else", async () => {
    await open("/v1/logs/a/records", await bearer({ actions: ["read", "append"], prefix: "" }));
    expect(api.nodes.sockets).toMatchObject([{ opening: { grant: { actions: [], prefix: "a" } } }]);
    const other = await bearer({ actions: ["read"], prefix: "b" });
    expect(await refused("/v1/logs/a/records", other)).toMatchObject(problem(403, "forbidden"));
  });
});

describe("an event stream with a token", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test("lasts until the token expires, and is cut off at the node too", async () => {
    const exp = Math.floor(Date.now() / 1_000) + 60;
    const token = await sign({ actions: ["admin", "read"], prefix: "", exp }, secret);
    const headers = { Accept: "text/event-stream", Authorization: `Bearer ${token}` };
    api = new Harness({ JWT_SECRET: secret });
    await api.send("PUT", "/v1/logs/a", { headers });
    vi.useFakeTimers();
    api.now = (exp + CLOCK_TOLERANCE_S) * 1_000 - 60_000;
    const response = await api.request("GET", "/v1/logs/a/records", { headers });
    expect(api.nodes.sockets).toMatchObject([
      { opening: { grant: { expiresAt: (exp + CLOCK_TOLERANCE_S) * 1_000 } } },
    ]);
    const text = response.text();
    vi.advanceTimersByTime(59_999);
    expect(api.nodes.sockets[0]?.socket.closed).toBeNull();
    vi.advanceTimersByTime(1);
    expect(api.nodes.sockets[0]?.socket.closed).toBe(1000);
    expect(await text).toMatch(/^retry: 500\n\n(: nothing yet\n\n)*$/);
  });
});

describe("a tail over a WebSocket", () => {
  test("begins where a read would", async () => {
    await api.appendRecords("a", { data: "0" }, { data: "1" }, { data: "2" });
    for (const from of ["earliest", "1", "-1", "tail"]) await open(`/v1/logs/a/records?from=${from}`);
    const positions = api.nodes.sockets.map(({ opening }) => opening.position);
    expect(positions.map((position) => position?.next)).toEqual([0, 1, 2, 3]);
    expect(positions[0]).toMatchObject({
      name: "a",
      log: 1,
      credit: TAIL_CREDIT,
      minIndex: 2,
      stalledAt: null,
    });
    expect(api.nodes.sockets[0]?.opening).toMatchObject({ face: "tail", cluster: "main" });
  });

  test("that can't begin is refused before it is a WebSocket", async () => {
    await api.appendRecords("a", { data: "0" }, { data: "1" });
    await api.send("POST", "/v1/logs/a/trim", {
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ before: 1 }),
    });
    for (const [path, status, name] of [
      ["/v1/logs/b/records", 404, "log-not-found"],
      ["/v1/logs/a/records?from=3", 416, "beyond-tail"],
      ["/v1/logs/a/records?from=0", 410, "trimmed"],
      ["/v1/logs/a/records?until=9", 400, "invalid-request"],
      ["/v1/logs/a/records?limit=9", 400, "invalid-request"],
      ["/v1/logs/a/records?max_bytes=9", 400, "invalid-request"],
      ["/v1/logs/a/records?wait=9", 400, "invalid-request"],
      ["/v1/logs/a/records?from=x", 400, "invalid-request"],
    ] as const)
      expect(await refused(path)).toMatchObject(problem(status, name));
    expect(await refused("/v1/logs/a/records?from=1", { "Last-Event-ID": "1" })).toMatchObject(
      problem(400, "invalid-request", { errors: [{ in: "header", name: "Last-Event-ID" }] }),
    );
    expect(api.nodes.sockets).toEqual([]);
  });
});

describe("events", () => {
  const events = { Accept: "text/event-stream" };
  const ask = (query = "", headers: Record<string, string> = {}) =>
    api.request("GET", `/v1/logs/a/records${query}`, { headers: { ...events, ...headers } });

  test("come from a tail at a node", async () => {
    await api.appendRecords("a", { data: "0" }, { data: "1" });
    const response = await ask("?from=1");
    expect([response.status, response.headers.get("Content-Type")]).toEqual([200, "text/event-stream"]);
    expect(response.headers.get("Timberline-Tail")).toBe("2");
    const [opened] = api.nodes.sockets;
    expect(opened?.opening).toMatchObject({ face: "events", protocol: null, position: { next: 1 } });
    opened?.socket.say("id: 2\n\n");
    opened?.socket.end();
    expect(await response.text()).toBe("retry: 500\n\nid: 2\n\n");
  });

  test("are not opened for a request of headers alone", async () => {
    const { status, headers } = await api.request("HEAD", "/v1/logs/a/records", { headers: events });
    expect([status, headers.get("Content-Type")]).toEqual([200, "text/event-stream"]);
    expect(api.nodes.sockets).toEqual([]);
  });

  test("go on after the last one that a client saw", async () => {
    await api.appendRecords("a", { data: "0" }, { data: "1" });
    await ask("?from=earliest", { "Last-Event-ID": "2" });
    expect(api.nodes.sockets[0]?.opening.position?.next).toBe(2);
    expect(
      await api.send("GET", "/v1/logs/a/records", { headers: { ...events, "Last-Event-ID": "x" } }),
    ).toMatchObject(problem(400, "invalid-request"));
  });

  test("are over for a reader that has seen the last one of a closed log", async () => {
    await api.appendRecords("a", { data: "0" });
    await api.send("POST", "/v1/logs/a/close");
    expect((await ask("", { "Last-Event-ID": "1" })).status).toBe(204);
    expect((await ask("", { "Last-Event-ID": "0" })).status).toBe(200);
    expect((await ask("?from=1")).status).toBe(200);
  });

  test("that can't begin are a problem", async () => {
    const headers = events;
    expect(await api.send("GET", "/v1/logs/b/records", { headers })).toMatchObject(
      problem(404, "log-not-found"),
    );
    expect(await api.send("GET", "/v1/logs/a/records?from=1", { headers })).toMatchObject(
      problem(416, "beyond-tail"),
    );
    for (const name of ["until", "limit", "max_bytes"])
      expect(await api.send("GET", `/v1/logs/a/records?${name}=1`, { headers })).toMatchObject(
        problem(400, "invalid-request", { errors: [{ in: "query", name }] }),
      );
    expect(api.nodes.sockets).toEqual([]);
  });

  test("come also to a client that has cached a page, because no tag is theirs", async () => {
    expect((await ask("?wait=1000", { "If-None-Match": '"1.0..1000.1048576.json"' })).status).toBe(200);
    expect(api.nodes.sockets).toHaveLength(1);
  });
});
