import { sign } from "hono/jwt";
import { describe, expect, test } from "vitest";
import { problem } from "../api/harness.ts";
import { plain, Streams } from "./streams.ts";

const longest = `a/${"b".repeat(253)}`;

describe("the path of a stream", () => {
  test.each(["a", "a/b", "a%2Fb", "A.b_c~d:e-f/0", longest])("is the name of a log: %s", async (path) => {
    const api = new Streams();
    expect(await api.put(path, plain, "x")).toMatchObject({ status: 201 });
    const log = encodeURIComponent(decodeURIComponent(path));
    expect(await api.send("GET", `/v1/logs/${log}`)).toMatchObject({ status: 200, json: { tail: 1 } });
  });

  test.each(["_a", "a/_b", ".a", "a//b", "a/", "%2Fa", "a%00b", "a%", "%C3%A9", "a%20b", `${longest}b`])(
    "can't be: %s",
    async (path) => {
      for (const method of ["PUT", "POST", "GET", "DELETE"]) {
        const answer = await new Streams().send(method, `/v1/stream/${path}`);
        expect(answer).toMatchObject(problem(400, "invalid-request"));
      }
    },
  );

  test.each(["__ds", "__ds/a", "__ds%2Fa"])("can't be reserved for control: %s", async (path) => {
    expect(await new Streams().put(path)).toMatchObject({ status: 404 });
  });

  test("in another cluster is below the cluster's path", async () => {
    const api = new Streams();
    await api.send("PUT", "/v1/clusters/c", {
      body: '{"regions":["weur"]}',
      headers: { "Content-Type": "application/json" },
    });
    const path = "/v1/clusters/c/stream/a/b";
    expect(await api.send("PUT", path, { headers: plain, body: "x" })).toMatchObject({ status: 201 });
    expect(await api.send("GET", path)).toMatchObject({ status: 200, text: "x" });
    expect(await api.get("a/b")).toMatchObject(problem(404, "log-not-found"));
    expect(await api.send("GET", "/v1/clusters/d/stream/a")).toMatchObject(problem(404, "cluster-not-found"));
    expect(await api.send("GET", "/v1/clusters/_/stream/a")).toMatchObject(problem(400, "invalid-request"));
  });
});

describe("every answer", () => {
  test.each([
    ["PUT", "a", 201],
    ["GET", "b", 404],
    ["HEAD", "b", 404],
    ["POST", "b", 400],
    ["GET", "_", 400],
    ["PATCH", "a", 405],
    ["OPTIONS", "a", 204],
  ])("is open to other origins, and its type can't be guessed: %s %s", async (method, path, status) => {
    const { status: found, headers } = await new Streams().send(method, `/v1/stream/${path}`);
    expect(found).toBe(status);
    expect(headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(headers.get("Access-Control-Expose-Headers")).toContain("Stream-Next-Offset");
    if (method === "OPTIONS") return;
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(headers.get("Cross-Origin-Resource-Policy")).toBe("cross-origin");
  });

  test("to a preflight allows the protocol's methods and headers", async () => {
    const { headers } = await new Streams().send("OPTIONS", "/v1/stream/a");
    expect(headers.get("Access-Control-Allow-Methods")).toMatch(/\bPUT\b.*\bDELETE\b/);
    for (const name of ["If-None-Match", "Authorization", "Stream-Closed", "Producer-Epoch"])
      expect(headers.get("Access-Control-Allow-Headers")).toContain(name);
  });

  test("to an unknown method lists the methods that exist", async () => {
    const answer = await new Streams().send("PATCH", "/v1/stream/a");
    expect(answer).toMatchObject(problem(405, "method-not-allowed"));
    expect(answer.headers.get("Allow")).toBe("GET, HEAD, PUT, POST, DELETE");
  });
});

describe("a token", () => {
  const secret = "a-secret";
  const as = async (actions: readonly string[], prefix = "") => ({
    ...plain,
    Authorization: `Bearer ${await sign({ actions, prefix }, secret, "HS256")}`,
  });

  test("has the same actions as for logs: one that may read may not append, create or delete", async () => {
    const api = new Streams({ JWT_SECRET: secret });
    const may = async (method: string, headers: Record<string, string>): Promise<boolean> => {
      const body = method === "GET" || method === "HEAD" ? {} : { body: "x" };
      const { status } = await api.send(method, "/v1/stream/a", { headers, ...body });
      return status < 400;
    };
    const allowed = async (action: string): Promise<string[]> => {
      await api.put("a", await as(["admin"]));
      const headers = await as([action]);
      const methods = ["PUT", "POST", "GET", "HEAD", "DELETE"];
      const answers: boolean[] = [];
      for (const method of methods) answers.push(await may(method, headers));
      return methods.filter((_, at) => answers[at]);
    };
    expect(await allowed("read")).toEqual(["GET", "HEAD"]);
    expect(await allowed("append")).toEqual(["POST"]);
    expect(await allowed("admin")).toEqual(["PUT", "DELETE"]);
    expect(await api.get("a")).toMatchObject(problem(401, "unauthorized"));
  });

  test("must be for the stream, and for a fork also for its source", async () => {
    const api = new Streams({ JWT_SECRET: secret });
    await api.put("hers/a", await as(["admin"]), "secret");
    const his = await as(["read", "append", "admin"], "his/");
    expect(await api.get("hers/a", "", his)).toMatchObject(problem(403, "forbidden"));
    const fork = { ...his, "Stream-Forked-From": "/v1/stream/hers/a" };
    expect(await api.put("his/a", fork)).toMatchObject(problem(403, "forbidden"));
    expect(await api.put("his/a", his)).toMatchObject({ status: 201 });
  });
});
