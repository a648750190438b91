import { describe, expect, test } from "vitest";
import { Harness, problem, type Vars } from "./harness.ts";

const foreign = "https://evil.example";

/** What a page can send without asking first, and what it may ask. */
const simple = { "Content-Type": "text/plain" };

async function local(vars: Vars = {}): Promise<Harness> {
  const api = new Harness({ LOCAL: "on", ...vars });
  await api.send("PUT", "/v1/logs/a", { headers: { Authorization: "Bearer t" } });
  return api;
}

const append = (api: Harness, origin: string, more: Record<string, string> = {}) =>
  api.send("POST", "/v1/logs/a/records", { headers: { ...simple, Origin: origin, ...more }, body: "x" });

async function tail(api: Harness): Promise<number> {
  return (await api.send("GET", "/v1/logs/a")).json.tail;
}

describe("a local cluster without a secret", () => {
  test.each([foreign, "http://localhost.evil.example", "http://127.0.0.1.evil.example"])(
    "takes nothing from pages of other places, and says how it would: %s",
    async (origin) => {
      const api = await local();
      const answer = await append(api, origin);
      expect(answer).toMatchObject(problem(403, "origin-refused"));
      expect(answer.json.detail).toContain(`Put ${origin} into CORS_ORIGINS`);
      expect(await tail(api)).toBe(0);
    },
  );

  test.each(["null", "file://", "", "x", "http://localhost, https://evil.example"])(
    "nor from those of no place: %j",
    async (origin) => {
      const api = await local();
      const answer = await append(api, origin);
      expect(answer).toMatchObject(problem(403, "origin-refused"));
      expect(answer.json.detail).toContain("Serve the page from http://localhost");
      expect(await tail(api)).toBe(0);
    },
  );

  test.each([
    ["POST", "/v1/stream/a"],
    ["PUT", "/v1/stream/a"],
    ["DELETE", "/v1/logs/a"],
    ["GET", "/v1/logs/a/records"],
    ["HEAD", "/v1/logs/a"],
    ["POST", "/v1/local/nodes/1/abort"],
    ["GET", "/v1/nowhere"],
  ])("nor by another way: %s %s", async (method, path) => {
    const api = await local();
    const touched = api.nodes.touched.size;
    const answer = await api.send(method, path, { headers: { ...simple, Origin: foreign } });
    expect(answer.status).toBe(403);
    expect(api.nodes.touched.size).toBe(touched);
    expect(api.nodes.aborted).toEqual([]);
  });

  test.each(["/v1/sessions", "/v1/logs/a/records"])("nor over a WebSocket: %s", async (path) => {
    const api = await local();
    const headers = { Origin: foreign, Upgrade: "websocket", Connection: "Upgrade" };
    expect(await api.send("GET", path, { headers })).toMatchObject(problem(403, "origin-refused"));
    expect(api.nodes.sockets).toEqual([]);
  });

  test.each(["http://evil.example", "http://localhost.evil.example", "http://192.168.0.7:8787"])(
    "is not reached by a name that another party controls: %s",
    async (host) => {
      const api = await local();
      const { status } = await api.at(host).send("GET", "/v1/logs/a");
      expect(status).toBe(403);
    },
  );

  test.each(["http://localhost:5173", "http://app.localhost", "http://127.0.0.1:8787", "https://[::1]:3000"])(
    "takes what pages of its own machine send: %s",
    async (origin) => {
      const api = await local();
      expect(await append(api, origin)).toMatchObject({ status: 200 });
      expect(await api.at(origin).send("GET", "/v1/logs/a")).toMatchObject({
        status: 200,
        json: { tail: 1 },
      });
    },
  );

  test("takes what pages of CORS_ORIGINS send, and is reached by their names", async () => {
    const vars = { CORS_ORIGINS: foreign };
    expect(await append(await local(vars), foreign)).toMatchObject({ status: 200 });
    expect(await append(await local({ CORS_ORIGINS: "*" }), "null")).toMatchObject({ status: 200 });
    expect(await (await local(vars)).at(foreign).send("GET", "/v1/logs/a")).toMatchObject({ status: 200 });
    expect(await append(await local(vars), "https://other.example")).toMatchObject(
      problem(403, "origin-refused"),
    );
  });

  test("answers the preflights of Durable Streams all the same", async () => {
    const headers = { Origin: foreign, "Access-Control-Request-Method": "GET" };
    const { status } = await (await local()).send("OPTIONS", "/v1/stream/a", { headers });
    expect(status).toBe(204);
  });
});

test.each([{ LOCAL: "on", ADMIN_TOKEN: "t" }, { ADMIN_TOKEN: "t" }])(
  "if a token is needed, the token decides, and not the page: %j",
  async (vars) => {
    const api = await local(vars);
    expect(await append(api, foreign)).toMatchObject(problem(401, "unauthorized"));
    expect(await append(api, foreign, { Authorization: "Bearer t" })).toMatchObject({ status: 200 });
  },
);
