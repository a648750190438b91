import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Status } from "../../src/transport/status.ts";
import { Harness, problem } from "./harness.ts";

let api: Harness;
beforeEach(() => {
  api = new Harness();
});

describe("a request that no route takes", () => {
  test.each([
    ["GET", "/v1"],
    ["GET", "/v1/unknown"],
    ["GET", "/healthz/"],
    ["POST", "/V1/logs/a/records"],
  ])("%s %s is a problem", async (method, path) => {
    const answer = await api.send(method, path);
    expect(answer).toMatchObject(problem(404, "route-not-found"));
    expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
  });

  test.each([
    ["POST", "/v1/logs", "GET, HEAD"],
    ["PATCH", "/v1/logs/a", "GET, HEAD, PUT, DELETE"],
    ["PUT", "/v1/logs/a/records", "GET, HEAD, POST"],
    ["DELETE", "/v1/clusters/c", "GET, HEAD, PUT"],
    ["OPTIONS", "/v1/clusters/c/logs/a", "GET, HEAD, PUT, DELETE"],
    ["POST", "/healthz", "GET, HEAD"],
  ])("%s %s says what the path takes", async (method, path, allow) => {
    const answer = await api.send(method, path);
    expect(answer).toMatchObject(problem(405, "method-not-allowed"));
    expect(answer.headers.get("Allow")).toBe(allow);
  });
});

describe("a request that misses a route by little hears of it:", () => {
  test.each([
    ["/healthz/", "/healthz"],
    ["/v1/logs/", "/v1/logs"],
    ["/v1//logs", "/v1/logs"],
    ["/V1/logs", "/v1/logs"],
    ["/logs", "/v1/logs"],
    ["/logs/a/records", "/v1/logs/a/records"],
    ["/stream/a", "/v1/stream/a"],
    ["/v1/logs/a/b", "/v1/logs/a%2Fb"],
    ["/v1/logs/a/b/c/records", "/v1/logs/a%2Fb%2Fc/records"],
    ["/v1/logs/a/b/consumers/c", "/v1/logs/a%2Fb/consumers/c"],
    ["/v1/clusters/c/logs/a/b/trim", "/v1/clusters/c/logs/a%2Fb/trim"],
  ])("%s, %s", async (path, nearby) => {
    expect((await api.send("GET", path)).json.detail).toBe(`There is no ${path}. Do you mean ${nearby}?`);
  });

  test("one that is like none is told where all are", async () => {
    expect((await api.send("GET", "/v1/unknown")).json.detail).toContain("/openapi.json");
  });
});

describe("the root", () => {
  test("is a page for a browser, which loads nothing and runs nothing", async () => {
    const accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    const answer = await api.send("GET", "/", { headers: { Accept: accept } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("Content-Type")).toContain("text/html");
    expect(answer.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
    expect(answer.text).toContain('<a href="/openapi.json">');
  });

  test.each([{}, { Accept: "*/*" }, { Accept: "application/json" }])("is JSON for %j", async (headers) => {
    const answer = await api.send("GET", "/", { headers });
    expect([answer.status, answer.json.name, answer.headers.get("Vary")]).toEqual([
      200,
      "timberline",
      "Accept",
    ]);
  });

  test.each(["/openapi.json", "/problems", "/v1/clusters/main", "/v1/logs", "/metrics", "/readyz"])(
    "leads to %s",
    async (path) => {
      await api.send("PUT", "/v1/logs/a");
      const { links } = (await api.send("GET", "/")).json;
      expect(Object.keys(links)).toContain(path);
      expect((await api.send("GET", path)).status).toBe(200);
    },
  );
});

describe("problems", () => {
  test("are all documented, each at its type", async () => {
    const { problems } = (await api.send("GET", "/problems")).json;
    for (const { type, status, title, description } of problems) {
      expect((await api.send("GET", type)).json).toEqual({ type, status, title, description });
    }
    for (const name of ["nothing", "toString", "__proto__"]) {
      expect(await api.send("GET", `/problems/${name}`)).toMatchObject(problem(404, "route-not-found"));
    }
  });

  test("are each tested", async () => {
    const folder = join(import.meta.dirname, "..");
    const tests = ["api", "http", "routing", "sessions"].flatMap((face) =>
      readdirSync(join(folder, face), { recursive: true, encoding: "utf8" }).map((file) =>
        join(folder, face, file),
      ),
    );
    const text = tests
      .filter((file) => file.endsWith(".test.ts"))
      .map((file) => readFileSync(file, "utf8"))
      .join("");
    const { problems } = (await api.send("GET", "/problems")).json;
    const missing = problems
      .map(({ type }: { type: string }) => type.slice("/problems/".length))
      .filter((name: string) => !text.includes(`, "${name}"`));
    expect(missing).toEqual([]);
  });

  test("of the server's own making tell nothing", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    api.nodes.ask = () => Promise.reject(new Error("a secret"));
    const answer = await api.send("GET", "/v1/logs/a");
    expect(answer).toMatchObject(problem(500, "internal"));
    expect(answer.text).not.toContain("a secret");
    expect(log).toHaveBeenCalledOnce();
    log.mockRestore();
  });

  test("of configuration say so", async () => {
    expect(await new Harness({}).send("GET", "/v1/logs")).toMatchObject(problem(503, "auth-not-configured"));
  });
});

describe("health", () => {
  test("asks no node", async () => {
    expect(await api.send("GET", "/healthz")).toMatchObject({ status: 200, json: { status: "ok" } });
    expect(api.nodes.touched.size).toBe(0);
  });

  describe("is readiness, for a client without a token,", () => {
    let api: Harness;
    const readiness = async (): Promise<number> => {
      api.now += 1_000;
      return (await api.send("GET", "/readyz")).status;
    };
    beforeEach(async () => {
      api = new Harness({ ADMIN_TOKEN: "secret" });
    });
    const bootstrap = () =>
      api.send("PUT", "/v1/clusters/main", { headers: { Authorization: "Bearer secret" } });

    test("once a leader serves", async () => {
      await bootstrap();
      expect(await api.send("GET", "/readyz")).toMatchObject({ status: 200, json: { status: "ready" } });
      api.nodes.leaders.set("main", null);
      expect(await readiness()).toBe(503);
      expect(await api.send("GET", "/readyz")).toMatchObject(problem(503, "no-leader"));
    });

    test("which makes no cluster, and asks no node for anything but how it is", async () => {
      expect(await readiness()).toBe(503);
      expect(api.nodes.asked).toEqual([]);
      await bootstrap();
      expect(await readiness()).toBe(200);
      expect(api.nodes.asked).toEqual([]);
    });

    test("which a leader without its majority has not", async () => {
      await bootstrap();
      api.nodes.down.add("main/2");
      expect(await readiness()).toBe(200);
      api.nodes.down.add("main/3");
      expect(await readiness()).toBe(503);
    });

    test("which is not asked for again within a second", async () => {
      await bootstrap();
      expect(await readiness()).toBe(200);
      api.nodes.leaders.set("main", null);
      expect((await api.send("GET", "/readyz")).status).toBe(200);
      expect(await readiness()).toBe(503);
    });

    test("which one client at a time asks the nodes for, and all others hear the last answer", async () => {
      await bootstrap();
      expect(await readiness()).toBe(200);
      const answer = Promise.withResolvers<Status | null>();
      const status = vi.spyOn(api.nodes, "status").mockReturnValue(answer.promise);
      const first = readiness();
      const others = Array.from({ length: 10 }, () => api.send("GET", "/readyz"));
      expect((await Promise.all(others)).map((other) => other.status)).toEqual(Array(10).fill(200));
      expect(status).toHaveBeenCalledTimes(3);
      answer.resolve(null);
      expect(await first).toBe(503);
      expect((await api.send("GET", "/readyz")).status).toBe(503);
    });
  });
});

describe("a local crash", () => {
  test("is for local clusters only", async () => {
    expect(await api.send("POST", "/v1/local/nodes/2/abort")).toMatchObject({ status: 204 });
    expect(api.nodes.aborted).toEqual([2]);
    const deployed = new Harness({ ADMIN_TOKEN: "t" });
    const headers = { Authorization: "Bearer t" };
    const answer = await deployed.send("POST", "/v1/local/nodes/2/abort", { headers });
    expect(answer).toMatchObject(problem(404, "route-not-found"));
    expect(deployed.nodes.aborted).toEqual([]);
  });

  test("needs a node", async () => {
    expect(await api.send("POST", "/v1/local/nodes/5/abort")).toMatchObject(problem(404, "node-not-found"));
    expect(await api.send("POST", "/v1/local/nodes/0/abort")).toMatchObject(problem(400, "invalid-request"));
  });
});
