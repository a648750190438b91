import { sign } from "hono/jwt";
import { beforeEach, describe, expect, it } from "vitest";
import type { Answered, Vars } from "../../api/harness.ts";
import { expectDocumented } from "../documented.ts";
import { withDeliverers } from "./deliverers.ts";

const hook = { type: "webhook", pattern: "events/*", webhook: { url: "https://worker.example/hooks" } };
const pull = { type: "pull-wake", pattern: "events/*", wake_stream: "wake/pool" };

/** The API with its deliverers. */
function served(vars: Vars = { LOCAL: "on" }) {
  const { harness, deliverers } = withDeliverers(vars);
  const send = async (method: string, path: string, body?: unknown, token?: string): Promise<Answered> => {
    const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const init = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
    const url = `/v1/stream/__ds/${path}`;
    const answer = await harness.send(method, url, { headers, ...init });
    await expectDocumented(method, url, answer);
    return answer;
  };
  return { harness, deliverers, send };
}

const refusal = (status: number, code: string) => ({
  status,
  json: { error: { code, message: expect.any(String) } },
  text: expect.stringMatching(/^\{"error":\{/),
});

describe("the control routes", () => {
  const { send, harness } = served();

  it("create, show and delete a subscription", async () => {
    const made = await send("PUT", "subscriptions/sub", hook);
    expect(made).toMatchObject({ status: 201, json: { id: "sub", streams: [], wake_stream: null } });
    expect(made.json.webhook.signing).toMatchObject({
      jwks_url: "http://timberline.localhost/v1/stream/__ds/jwks.json",
    });
    const shown = await send("GET", "subscriptions/sub");
    expect(shown.json).toEqual(made.json);
    expect(shown.headers.get("Cache-Control")).toBe("no-store");
    expect(await send("PUT", "subscriptions/sub", hook)).toMatchObject({ status: 200, json: made.json });
    expect((await send("DELETE", "subscriptions/sub")).status).toBe(204);
    expect(await send("GET", "subscriptions/sub")).toMatchObject(refusal(404, "SUBSCRIPTION_NOT_FOUND"));
  });

  it("publish the signing key, without a token", async () => {
    // An empty key set must not be cached: the first call to a webhook would then look forged.
    const none = await served().send("GET", "jwks.json");
    expect(none).toMatchObject({ status: 200, json: { keys: [] } });
    expect(none.headers.get("Cache-Control")).toBe("no-store");
    const { json } = await send("PUT", "subscriptions/keyed", hook);
    const jwks = await send("GET", "jwks.json");
    expect(jwks.headers.get("Content-Type")).toBe("application/jwk-set+json");
    expect(jwks.headers.get("Cache-Control")).toBe("public, max-age=300");
    expect(jwks.headers.get("X-Content-Type-Options")).toBe("nosniff");
    const { keys } = JSON.parse(jwks.text);
    expect(keys).toEqual([
      {
        ...{ kty: "OKP", crv: "Ed25519", use: "sig", alg: "EdDSA" },
        ...{ kid: json.webhook.signing.kid, x: expect.any(String) },
      },
    ]);
    expect(jwks.text).not.toContain('"d"');
  });

  it("revoke the keys, and then another one signs", async () => {
    expect((await served().send("DELETE", "jwks.json")).status).toBe(204);
    const { json: made } = await send("PUT", "subscriptions/leaked", hook);
    expect((await send("DELETE", "jwks.json")).status).toBe(204);
    const { kid } = (await send("GET", "subscriptions/leaked")).json.webhook.signing;
    expect(kid).not.toBe(made.webhook.signing.kid);
    expect(JSON.parse((await send("GET", "jwks.json")).text)).toMatchObject({ keys: [{ kid }] });
    expect((await send("PUT", "subscriptions/leaked", hook)).json.webhook.signing.kid).toBe(kid);
  });

  it("link streams whose paths have slashes, written in either way", async () => {
    await send("PUT", "subscriptions/linked", { ...hook, streams: ["manual/a", "manual/b"] });
    expect((await send("POST", "subscriptions/linked/streams", { streams: ["/manual/c/"] })).status).toBe(
      204,
    );
    expect((await send("DELETE", "subscriptions/linked/streams/manual%2Fa")).status).toBe(204);
    expect((await send("DELETE", "subscriptions/linked/streams/manual/b")).status).toBe(204);
    const { json } = await send("GET", "subscriptions/linked");
    expect(json.streams).toMatchObject([{ path: "manual/c", link_type: "explicit" }]);
  });

  it("find the same subscription below the cluster's own path", async () => {
    await send("PUT", "subscriptions/both", hook);
    const { json } = await harness.send("GET", "/v1/clusters/main/stream/__ds/subscriptions/both");
    expect(json).toMatchObject({ id: "both" });
  });

  it("create no log that clients can see or reach", async () => {
    await send("PUT", "subscriptions/hidden", hook);
    await harness.send("PUT", "/v1/logs/a");
    await harness.send("PUT", "/v1/logs/z");
    const page = await harness.send("GET", "/v1/logs?limit=1");
    expect(page.json).toMatchObject({ logs: [{ name: "a" }], cursor: expect.any(String) });
    const rest = await harness.send("GET", `/v1/logs?cursor=${page.json.cursor}`);
    expect(rest.json).toMatchObject({ logs: [{ name: "z" }], cursor: null });
    for (const path of [
      "/v1/logs/_subscriptions",
      "/v1/logs/_subscriptions/records",
      "/v1/stream/_subscriptions",
    ])
      expect((await harness.send("GET", path)).status).toBe(400);
  });

  it("accept an id that has to be escaped", async () => {
    const made = await send("PUT", `subscriptions/${encodeURIComponent("ü:1%?")}`, hook);
    expect(made).toMatchObject({ status: 201, json: { id: "ü:1%?" } });
  });
});

describe("a wrong request", () => {
  const { send, deliverers, harness } = served();

  it.each([
    ["no type", { ...hook, type: undefined }],
    ["a list", []],
    ["a webhook that is no object", { ...hook, webhook: "https://worker.example" }],
    ["neither pattern nor streams", { ...hook, pattern: undefined }],
    ["an empty pattern", { ...hook, pattern: "/" }],
    ["a lease of 0 ms", { ...hook, lease_ttl_ms: 0 }],
  ])("to create a subscription is refused: %s", async (_, body) => {
    expect(await send("PUT", "subscriptions/wrong", body)).toMatchObject(refusal(400, "INVALID_REQUEST"));
  });

  it.each([
    ["http://10.0.0.1/hook"],
    ["https://10.0.0.1/hook"],
    ["http://worker.example/"],
    ["https://[::1]/"],
    ["nonsense"],
  ])("to call %s is refused", async (url) => {
    const reply = await send("PUT", "subscriptions/wrong", { ...hook, webhook: { url } });
    expect(reply).toMatchObject(refusal(400, "WEBHOOK_URL_REJECTED"));
  });

  it.each([
    ["PUT", "subscriptions/wrong", "{"],
    ["PUT", "subscriptions/wrong", ""],
    ["POST", "subscriptions/wrong/claim", "\xff"],
  ])("%s %s whose body is %j is refused", async (method, path, body) => {
    expect(await send(method, path, body)).toMatchObject(refusal(400, "INVALID_REQUEST"));
  });

  it.each([
    ["POST", "subscriptions/wrong/streams", {}],
    ["POST", "subscriptions/wrong/streams", { streams: [] }],
    ["POST", "subscriptions/wrong/streams", { streams: [7] }],
    ["POST", "subscriptions/wrong/streams", { streams: ["__ds/x"] }],
    ["POST", "subscriptions/wrong/claim", {}],
    ["POST", "subscriptions/wrong/claim", { worker: "" }],
    ["POST", "subscriptions/wrong/claim", { worker: "w".repeat(257) }],
    ["PUT", `subscriptions/${"x".repeat(129)}`, hook],
    ["PUT", "subscriptions/a%20b", hook],
    ["PUT", "subscriptions/a%2Fb", hook],
  ])("%s %s with %j is refused", async (method, path, body) => {
    expect(await send(method, path, body)).toMatchObject(refusal(400, "INVALID_REQUEST"));
  });

  it.each([
    ["ack", { generation: 1 }],
    ["ack", { wake_id: "w", generation: -1 }],
    ["ack", { wake_id: "w", generation: 1, acks: [{ stream: "a" }] }],
    ["callback", { wake_id: "w", generation: 1, done: "yes" }],
    ["release", { wake_id: 1, generation: 1 }],
  ])("to %s with %j is refused", async (action, body) => {
    const reply = await send("POST", `subscriptions/wrong/${action}`, body, "token");
    expect(reply).toMatchObject(refusal(400, "INVALID_REQUEST"));
  });

  it("tells its object whether it lists the processed streams", async () => {
    const { send: ask, deliverers: objects } = served();
    await ask("PUT", "subscriptions/worked", pull);
    const operations = objects.operations;
    const ref = { wake_id: "w", generation: 1 };
    for (const body of [
      { ...ref, done: true },
      { ...ref, done: true, acks: null },
      { ...ref, done: true, acks: [] },
      { ...ref },
    ])
      expect(await ask("POST", "subscriptions/worked/ack", body, "t")).toMatchObject({ status: 401 });
    expect(operations.slice(1)).toMatchObject([
      { isDone: true, isAll: true, acks: [] },
      { isDone: true, isAll: true, acks: [] },
      { isDone: true, isAll: false, acks: [] },
      { isDone: false, isAll: false, acks: [] },
    ]);
  });

  it("of a worker without a token is refused", async () => {
    for (const action of ["ack", "callback", "release"]) {
      const reply = await send("POST", `subscriptions/wrong/${action}`, { wake_id: "w", generation: 1 });
      expect(reply).toMatchObject(refusal(401, "TOKEN_INVALID"));
    }
  });

  it("for a route that does not exist does not find a stream instead", async () => {
    for (const [method, path] of [
      ["GET", "subscriptions"],
      ["PUT", "streams/x"],
      ["POST", "jwks.json"],
      ["PATCH", "subscriptions/x"],
      ["GET", "subscriptions/x/claim"],
      ["DELETE", "nothing"],
    ] as const)
      expect(await send(method, path)).toMatchObject(refusal(404, "ROUTE_NOT_FOUND"));
  });

  it("has written nothing, and reached no object", () => {
    expect(deliverers.touched.size).toBe(0);
    expect(harness.nodes.asked.filter(({ request }) => request.kind === "command")).toEqual([]);
  });

  it("for a cluster that does not exist reaches no object", async () => {
    const path = "/v1/clusters/none/stream/__ds/subscriptions/x";
    const init = {
      body: JSON.stringify({ wake_id: "w", generation: 1 }),
      headers: { Authorization: "Bearer x" },
    };
    expect(await harness.send("POST", `${path}/ack`, init)).toMatchObject(refusal(404, "CLUSTER_NOT_FOUND"));
    expect(deliverers.touched.size).toBe(0);
  });
});

describe("an object that can't be reached", () => {
  it("leaves the outcome unknown", async () => {
    const { send, deliverers } = served();
    deliverers.isDown = true;
    expect(await send("PUT", "subscriptions/x", pull)).toMatchObject(refusal(503, "OUTCOME_UNKNOWN"));
  });

  it("passes on the failure of the nodes", async () => {
    const { send, harness } = served();
    await send("PUT", "subscriptions/x", pull);
    harness.nodes.leaders.set("main", null);
    for (const id of [1, 2, 3]) harness.nodes.down.add(`main/${id}`);
    const reply = await send("PUT", "subscriptions/y", pull);
    expect(reply.status).toBe(503);
    expect(reply.json).toMatchObject({ error: { code: expect.stringMatching(/^[A-Z_]+$/) } });
    expect(reply.headers.get("Retry-After")).toBe("1");
  });
});

describe("authorization", () => {
  const JWT_SECRET = "a secret of the test";
  const token = (actions: readonly string[], prefix: string) =>
    sign({ actions, prefix }, JWT_SECRET, "HS256");
  let tokens: Readonly<Record<"events" | "others" | "reader" | "all", string>>;
  const { send, harness } = served({ JWT_SECRET });

  beforeEach(async () => {
    tokens = {
      events: await token(["admin", "read"], "events/"),
      others: await token(["admin", "read"], "others/"),
      reader: await token(["read"], ""),
      all: await token(["admin", "read"], ""),
    };
  });

  it("a token can create subscriptions of the streams that it covers", async () => {
    const make = (body: unknown, key: keyof typeof tokens) =>
      send("PUT", "subscriptions/s", body, tokens[key]);
    const webhookOf = (parts: object) => ({ ...hook, ...parts });
    expect(await make(hook, "others")).toMatchObject(refusal(403, "FORBIDDEN"));
    expect(await make(hook, "reader")).toMatchObject(refusal(403, "FORBIDDEN"));
    expect(await make(webhookOf({ pattern: "**" }), "events")).toMatchObject(refusal(403, "FORBIDDEN"));
    expect(await make(webhookOf({ pattern: "events/**" }), "events")).toMatchObject(
      refusal(403, "FORBIDDEN"),
    );
    expect(await make(webhookOf({ streams: ["others/a"] }), "events")).toMatchObject(
      refusal(403, "FORBIDDEN"),
    );
    expect(await make(pull, "events")).toMatchObject(refusal(403, "FORBIDDEN"));
    expect((await make(hook, "events")).status).toBe(201);
  });

  it("and show, claim and delete them", async () => {
    expect(await send("GET", "subscriptions/s", undefined, tokens.others)).toMatchObject(
      refusal(403, "FORBIDDEN"),
    );
    expect(await send("GET", "subscriptions/none", undefined, tokens.others)).toMatchObject(
      refusal(403, "FORBIDDEN"),
    );
    expect((await send("GET", "subscriptions/s", undefined, tokens.events)).status).toBe(200);
    expect((await send("GET", "subscriptions/s", undefined, tokens.reader)).status).toBe(200);
    const claim = { worker: "w" };
    expect(await send("POST", "subscriptions/s/claim", claim, tokens.others)).toMatchObject(
      refusal(403, "FORBIDDEN"),
    );
    expect((await send("POST", "subscriptions/s/claim", claim, tokens.reader)).status).toBe(400);
    const link = { streams: ["others/a"] };
    expect(await send("POST", "subscriptions/s/streams", link, tokens.events)).toMatchObject(
      refusal(403, "FORBIDDEN"),
    );
    expect((await send("POST", "subscriptions/s/streams", link, tokens.all)).status).toBe(204);
    // The subscription has streams of others now.
    expect(await send("DELETE", "subscriptions/s", undefined, tokens.events)).toMatchObject(
      refusal(403, "FORBIDDEN"),
    );
    expect(await send("DELETE", "subscriptions/s", undefined, tokens.reader)).toMatchObject(
      refusal(403, "FORBIDDEN"),
    );
    expect((await send("DELETE", "subscriptions/s", undefined, tokens.all)).status).toBe(204);
  });

  it("only a token for all streams can revoke the keys", async () => {
    for (const key of ["events", "reader"] as const)
      expect(await send("DELETE", "jwks.json", undefined, tokens[key])).toMatchObject(
        refusal(403, "FORBIDDEN"),
      );
    expect((await send("DELETE", "jwks.json", undefined, tokens.all)).status).toBe(204);
  });

  it("a client without a token can't create, show, claim or delete one", async () => {
    const asked = harness.nodes.asked.length;
    for (const [method, path, body] of [
      ["PUT", "subscriptions/s", hook],
      ["GET", "subscriptions/s", undefined],
      ["DELETE", "subscriptions/s", undefined],
      ["POST", "subscriptions/s/streams", { streams: ["a"] }],
      ["DELETE", "subscriptions/s/streams/a", undefined],
      ["POST", "subscriptions/s/claim", { worker: "w" }],
      ["DELETE", "jwks.json", undefined],
    ] as const)
      expect(await send(method, path, body)).toMatchObject(refusal(401, "UNAUTHORIZED"));
    expect(harness.nodes.asked).toHaveLength(asked);
  });

  it("without a secret every request is refused, also those of workers and for keys", async () => {
    const { send: ask, deliverers } = served({});
    for (const [method, path] of [
      ["GET", "jwks.json"],
      ["POST", "subscriptions/s/ack"],
    ] as const)
      expect(await ask(method, path, method === "POST" ? {} : undefined)).toMatchObject(
        refusal(503, "AUTH_NOT_CONFIGURED"),
      );
    expect(deliverers.touched.size).toBe(0);
  });

  it("only local clusters may call plain http on this machine", async () => {
    const local = { ...hook, webhook: { url: "http://127.0.0.1:1/x" } };
    expect(await send("PUT", "subscriptions/l", local, tokens.all)).toMatchObject(
      refusal(400, "WEBHOOK_URL_REJECTED"),
    );
    expect((await served().send("PUT", "subscriptions/l", local)).status).toBe(201);
  });
});
