import { describe, expect, test, vi } from "vitest";
import { withDeliverers } from "../streams/subscriptions/deliverers.ts";
import { type Answered, Harness, problem, type Vars } from "./harness.ts";

const ours = "https://app.example";
const others = "https://other.example";
const secured: Vars = { ADMIN_TOKEN: "t", CORS_ORIGINS: `${ours},http://localhost:3000` };
const bearer = { Authorization: "Bearer t" };

/** The API of a cluster that has all that routes need. */
const served = (vars: Vars = secured): Harness => withDeliverers(vars).harness;

/** A path that a route takes: `a` for each parameter, but for a node. */
const pathOf = (route: string): string =>
  route.replaceAll(/:(\w+)(\{.+?\})?/g, (_, name) => (name === "id" ? "1" : "a"));

/** Each route of all faces, as method and path. */
const routes = new Harness().routes
  .filter(({ method }) => method !== "ALL")
  .map(({ method, path }): [string, string] => [method.toUpperCase(), pathOf(path)]);
const paths = [...new Set(routes.map(([, path]) => path))];

/** A comma-separated header of an answer, in lower case. */
const listed = ({ headers }: { readonly headers: Headers }, name: string): readonly string[] =>
  (headers.get(name) ?? "")
    .toLowerCase()
    .split(/, ?/)
    .filter((item) => item !== "");

const preflight = (api: Harness, method: string, path: string, origin = ours): Promise<Answered> =>
  api.send("OPTIONS", path, {
    headers: {
      Origin: origin,
      "Access-Control-Request-Method": method,
      "Access-Control-Request-Headers": "authorization",
    },
  });

/** One that a page of `origin` sends. */
const fromPage = (api: Harness, method: string, path: string, headers: Record<string, string> = {}) =>
  api.send(method, path, { headers: { Origin: ours, ...headers } });

function expectShared(answer: Answered): void {
  expect(answer.headers.get("Access-Control-Allow-Origin")).toBe(ours);
  expect(listed(answer, "Vary").filter((name) => name === "origin")).toHaveLength(1);
  expect(listed(answer, "Access-Control-Expose-Headers")).toContain("retry-after");
  expect(answer.headers.has("Access-Control-Allow-Credentials")).toBe(false);
}

test("the routes are those of all faces", () => {
  const sample = ["/v1/logs/a/records", "/v1/clusters/a/logs/a", "/v1/stream/a", "/openapi.json", "/metrics"];
  expect(paths).toEqual(expect.arrayContaining(sample));
});

describe.each(paths)("with CORS_ORIGINS, %s", (path) => {
  const taken = routes.filter(([, other]) => other === path).map(([method]) => method);
  const methods = [...new Set(taken.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])))];

  test("has preflights that ask no node and no token, say what it takes, and can be kept", async () => {
    const api = served();
    for (const method of methods) {
      const answer = await preflight(api, method, path);
      expect([answer.status, answer.text]).toEqual([204, ""]);
      expectShared(answer);
      expect(listed(answer, "Access-Control-Allow-Methods").toSorted()).toEqual(
        methods.map((name) => name.toLowerCase()).toSorted(),
      );
      expect(listed(answer, "Access-Control-Allow-Headers")).toContain("authorization");
      expect(answer.headers.get("Access-Control-Max-Age")).toBe("86400");
      expect(answer.headers.get("Cache-Control")).toBe("public, max-age=86400");
    }
    expect(api.nodes.touched.size).toBe(0);
  });

  test("lets pages of those origins read its answers, and its refusals", async () => {
    const api = served();
    for (const method of methods) {
      expectShared(await fromPage(api, method, path));
      expectShared(await fromPage(api, method, path, bearer));
    }
  });

  test("lets no others, and says on what that depends", async () => {
    const api = served();
    const refused = await preflight(api, "GET", path, others);
    expect(refused.headers.get("Cache-Control")).toBe("no-store");
    const answers = [refused];
    for (const method of methods) {
      answers.push(await fromPage(api, method, path, { ...bearer, Origin: others }));
      answers.push(await api.send(method, path, { headers: bearer }));
    }
    for (const answer of answers) {
      expect(answer.headers.has("Access-Control-Allow-Origin")).toBe(false);
      expect(listed(answer, "Vary")).toContain("origin");
    }
  });
});

describe("without CORS_ORIGINS", () => {
  const native = routes.filter(([, path]) => !path.includes("/stream/"));

  test("the native face is for no page", async () => {
    const api = served({ ADMIN_TOKEN: "t" });
    for (const [method, path] of native) {
      const answers = [
        await preflight(api, method, path),
        await fromPage(api, method, path),
        await fromPage(api, method, path, bearer),
      ];
      expect(answers[0]).toMatchObject(problem(405, "method-not-allowed"));
      for (const { headers } of answers) {
        expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
        expect(headers.get("Vary") ?? "").not.toContain("Origin");
      }
    }
  });

  test("Durable Streams are for all", async () => {
    const api = served({ ADMIN_TOKEN: "t" });
    for (const [method, path] of routes.filter((route) => !native.includes(route))) {
      for (const answer of [await preflight(api, method, path), await fromPage(api, method, path)]) {
        expect(answer.headers.get("Access-Control-Allow-Origin")).toBe("*");
        expect(listed(answer, "Vary")).not.toContain("origin");
      }
    }
  });
});

test("CORS_ORIGINS=* is for all, and the same for each", async () => {
  const api = served({ ADMIN_TOKEN: "t", CORS_ORIGINS: "*" });
  for (const [method, path] of routes) {
    for (const answer of [await preflight(api, method, path), await api.send(method, path)]) {
      expect(answer.headers.get("Access-Control-Allow-Origin")).toBe("*");
      expect(answer.headers.has("Access-Control-Allow-Credentials")).toBe(false);
      expect(listed(answer, "Vary")).not.toContain("origin");
    }
  }
});

describe("what the document names", () => {
  interface Operation {
    readonly parameters?: readonly { readonly in: string; readonly name: string }[];
    readonly responses: Readonly<Record<string, { readonly headers?: Readonly<Record<string, unknown>> }>>;
  }

  /** A page may read these always (Fetch Standard §2.2.2). */
  const safe = ["cache-control", "content-type"];

  test("of headers, a page may send and read", async () => {
    const api = served();
    const { paths: documented } = (await api.send("GET", "/openapi.json")).json;
    for (const [path, item] of Object.entries<Record<string, Operation>>(documented)) {
      for (const [method, { parameters = [], responses }] of Object.entries(item)) {
        const answer = await preflight(api, method.toUpperCase(), path.replaceAll(/\{\w+\}/g, "a"));
        const sent = parameters.filter((parameter) => parameter.in === "header").map(({ name }) => name);
        expect(listed(answer, "Access-Control-Allow-Headers")).toEqual(expect.arrayContaining(sent));
        const told = Object.values(responses).flatMap(({ headers = {} }) => Object.keys(headers));
        const own = told.map((name) => name.toLowerCase()).filter((name) => !name.startsWith("access-"));
        expect([...safe, ...listed(answer, "Access-Control-Expose-Headers")]).toEqual(
          expect.arrayContaining(own),
        );
      }
    }
  });

  test("of a log's headers each may be sent", async () => {
    const answer = await preflight(served(), "POST", "/v1/logs/a/records");
    const needed = [
      "authorization",
      "content-type",
      "if-match",
      "producer-id",
      "cache-control",
      "last-event-id",
    ];
    expect(listed(answer, "Access-Control-Allow-Headers")).toEqual(expect.arrayContaining(needed));
  });
});

describe("a page of an origin of CORS_ORIGINS can read", () => {
  async function withRecords(): Promise<Harness> {
    const api = served();
    await api.send("PUT", "/v1/logs/a", { headers: bearer });
    await api.append("a", '{"records":[{"data":"0"},{"data":"1"}]}', bearer);
    return api;
  }
  const settled = "/v1/logs/a/records?from=0&limit=1";

  test("a page of records that it may keep, and that it is still right", async () => {
    const api = await withRecords();
    const page = await fromPage(api, "GET", settled, bearer);
    expectShared(page);
    expect(listed(page, "Vary")).toEqual(["accept", "authorization", "origin"]);
    expect(listed(page, "Access-Control-Expose-Headers")).toEqual(
      expect.arrayContaining(["etag", "timberline-next", "timberline-index"]),
    );
    const tag = { "If-None-Match": page.headers.get("ETag") ?? "" };
    const same = await fromPage(api, "GET", settled, { ...bearer, ...tag });
    expect(same.status).toBe(304);
    expectShared(same);
    expect(listed(same, "Vary")).toEqual(["accept", "authorization", "origin"]);
  });

  test("an event stream", async () => {
    const api = await withRecords();
    const headers = { ...bearer, Origin: ours, Accept: "text/event-stream" };
    const response = await api.request("GET", "/v1/logs/a/records", { headers });
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe(ours);
    expect(listed(response, "Vary")).toContain("origin");
    api.nodes.sockets[0]?.socket.say("id: 1\n\n");
    api.nodes.sockets[0]?.socket.end();
    expect(await response.text()).toContain("id: 1");
  });

  test.each([
    ["GET", "/v1/nowhere", bearer, 404, "route-not-found"],
    ["DELETE", "/v1/nowhere", bearer, 404, "route-not-found"],
    ["POST", "/v1/logs/a", bearer, 405, "method-not-allowed"],
    ["GET", "/v1/logs/a", {}, 401, "unauthorized"],
    ["GET", "/v1/logs/a/records?from=x", bearer, 400, "invalid-request"],
    ["GET", "/v1/logs/b", bearer, 404, "log-not-found"],
    ["GET", "/v1/logs/a/records?from=9", bearer, 416, "beyond-tail"],
    ["POST", "/v1/local/nodes/1/abort", bearer, 404, "route-not-found"],
  ] as const)("why it was refused: %s %s", async (method, path, headers, status, name) => {
    const api = await withRecords();
    const asked = await preflight(api, method, path);
    expect(asked.status).toBe(204);
    const answer = await fromPage(api, method, path, headers);
    expect(answer).toMatchObject(problem(status, name));
    expectShared(answer);
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
  });

  test("of a path that there is not, whatever the method", async () => {
    const answer = await preflight(served(), "DELETE", "/v1/nowhere");
    expect(listed(answer, "Access-Control-Allow-Methods")).toEqual(["get", "head", "put", "post", "delete"]);
  });

  test("that the server is at fault, or can't serve now", async () => {
    const api = await withRecords();
    api.nodes.leaders.set("main", null);
    const absent = await fromPage(api, "GET", "/readyz", bearer);
    expect(absent).toMatchObject(problem(503, "no-leader"));
    expectShared(absent);
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    api.nodes.ask = () => Promise.reject(new Error("a fault"));
    const fault = await fromPage(api, "GET", "/v1/logs/a", bearer);
    log.mockRestore();
    expect(fault).toMatchObject(problem(500, "internal"));
    expectShared(fault);
  });
});

test("a socket is handed on as it is, wherever its page is from: its token says what it may do", async () => {
  for (const origin of [ours, others]) {
    const api = served();
    const headers = { ...bearer, Origin: origin, Upgrade: "websocket", Connection: "Upgrade" };
    const response = await api.request("GET", "/v1/sessions", { headers });
    expect(response.status).toBe(101);
    expect([...response.headers.keys()].filter((name) => /^access-control|^vary$/.test(name))).toEqual([]);
  }
});
