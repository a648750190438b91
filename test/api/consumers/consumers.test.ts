import { beforeEach, describe, expect, test } from "vitest";
import { type Harness, problem, withLog } from "../harness.ts";

let api: Harness;
beforeEach(async () => {
  api = await withLog();
  await api.appendRecords("a", ...Array.from({ length: 9 }, () => ({ data: "x" })));
});

const path = (consumer = "", query = "") => `/v1/logs/a/consumers${consumer && `/${consumer}`}${query}`;
const put = (body: unknown, headers: Record<string, string> = {}, consumer = "c") =>
  api.sendJson("PUT", path(consumer), body, headers);
const get = (consumer = "c", query = "") => api.send("GET", path(consumer, query));
const remove = (query = "", headers: Record<string, string> = {}) =>
  api.send("DELETE", path("c", query), { headers });
const match = (version: number) => ({ "If-Match": `"${version}"` });
const lease = (holder: string, ttl_ms = 10_000) => ({ lease: { holder, ttl_ms } });
const missing = problem(404, "consumer-not-found");

describe("a consumer", () => {
  test("is a position that stays, with a version", async () => {
    expect(await get()).toMatchObject(missing);
    const made = await put({ position: 3 });
    expect(made).toMatchObject({ status: 200, json: { name: "c", position: 3, lease: null } });
    const { version } = made.json;
    expect(made.headers.get("ETag")).toBe(`"${version}"`);
    const got = await get("c", `?consistency=local&min_index=${version}`);
    expect(got.json).toEqual(made.json);
    expect([got.headers.get("ETag"), got.headers.get("Cache-Control")]).toEqual([`"${version}"`, "no-store"]);
    const moved = await put({ position: 9 });
    expect(moved.json.position).toBe(9);
    expect(moved.json.version).toBeGreaterThan(version);
  });

  test("is another one than one whose name it begins with", async () => {
    await put({ position: 1 }, {}, "c2");
    expect(await get("c")).toMatchObject(missing);
    await put({ position: 2 }, {}, "c");
    expect((await get("c")).json).toMatchObject({ name: "c", position: 2 });
    expect((await get("c2")).json).toMatchObject({ name: "c2", position: 1 });
  });

  test("begins at the earliest record where it is only leased", async () => {
    await api.sendJson("POST", "/v1/logs/a/trim", { before: 4 });
    expect((await put(lease("h"))).json).toMatchObject({ position: 4, lease: { holder: "h" } });
  });

  test("is not beyond the tail, and of no log that is not there", async () => {
    expect(await put({ position: 10 })).toMatchObject(problem(416, "beyond-tail", { tail: 9 }));
    expect(await get()).toMatchObject(missing);
    const none = problem(404, "log-not-found");
    for (const [method, body] of [["GET"], ["DELETE"], ["PUT", { position: 0 }]] as const) {
      const url = "/v1/logs/none/consumers/c";
      const answer = body === undefined ? api.send(method, url) : api.sendJson(method, url, body);
      expect(await answer).toMatchObject(none);
    }
    expect(await api.send("GET", "/v1/logs/none/consumers")).toMatchObject(none);
  });

  test("goes with its log", async () => {
    await put({ position: 3 });
    await api.send("DELETE", "/v1/logs/a");
    await api.send("PUT", "/v1/logs/a");
    expect(await get()).toMatchObject(missing);
  });
});

describe("a version", () => {
  test("is compared before anything is written", async () => {
    const { version } = (await put({ position: 1 })).json;
    const next = await put({ position: 2 }, match(version));
    expect(next.status).toBe(200);
    expect(await put({ position: 3 }, match(version))).toMatchObject(
      problem(412, "version-mismatch", { version: next.json.version }),
    );
    expect(await put({ position: 3 }, { "If-None-Match": "*" })).toMatchObject(
      problem(412, "version-mismatch", { version: next.json.version }),
    );
    expect((await get()).json.position).toBe(2);
  });

  test("of none is expected by a client that creates one", async () => {
    expect(await put({ position: 1 }, match(1))).toMatchObject(
      problem(412, "version-mismatch", { version: 0 }),
    );
    expect((await put({ position: 1 }, { "If-None-Match": "*" })).status).toBe(200);
  });
});

describe("a lease", () => {
  const held = (holder: string | null, until: number | null) => problem(409, "lease-held", { holder, until });

  test("keeps all others out until it is over", async () => {
    const until = api.nodes.clock + 10_000;
    expect((await put(lease("h"))).json.lease).toEqual({ holder: "h", until });
    for (const body of [lease("other"), { position: 1 }, { position: 1, holder: "other" }, lease("other", 0)])
      expect(await put(body)).toMatchObject(held("h", until));
    expect((await put({ position: 5, holder: "h" })).json).toMatchObject({
      position: 5,
      lease: { holder: "h", until },
    });
    api.nodes.clock = until - 1;
    expect(await put(lease("other"))).toMatchObject(held("h", until));
    api.nodes.clock = until;
    expect((await put({ position: 6, ...lease("other") })).json).toMatchObject({
      position: 6,
      lease: { holder: "other", until: until + 10_000 },
    });
    expect(await put({ position: 7, holder: "h" })).toMatchObject(held("other", until + 10_000));
    expect((await get()).json.position).toBe(6);
  });

  test("is prolonged, and given back, by its holder", async () => {
    await put(lease("h"));
    api.nodes.clock += 9_000;
    const until = api.nodes.clock + 20_000;
    expect((await put(lease("h", 20_000))).json.lease).toEqual({ holder: "h", until });
    expect((await put({ position: 2, ...lease("h", 0) })).json).toMatchObject({ position: 2, lease: null });
    expect((await put({ position: 3 })).status).toBe(200);
  });

  test("of a consumer that is not there can't be given back, and makes none", async () => {
    expect(await put(lease("h", 0))).toMatchObject(missing);
    expect(await put(lease("h", 0), match(1))).toMatchObject(missing);
    expect(await get()).toMatchObject(missing);
  });

  test("that is over allows no move, though no other client has taken it", async () => {
    await put(lease("h"));
    api.nodes.clock += 10_000;
    for (const holder of [{ holder: "h" }, lease("h", 0)])
      expect(await put({ position: 5, ...holder })).toMatchObject(held(null, null));
    expect((await get()).json).toMatchObject({ position: 0, lease: { holder: "h" } });
  });
});

describe("a consumer's deletion", () => {
  test("leaves nothing, not even its version", async () => {
    await put({ position: 3 });
    expect(await remove()).toMatchObject({ status: 204, text: "" });
    expect(await get()).toMatchObject(missing);
    expect(await remove()).toMatchObject(missing);
    expect((await put({ position: 0 }, { "If-None-Match": "*" })).status).toBe(200);
  });

  test("compares the version", async () => {
    const { version } = (await put({ position: 3 })).json;
    const next = (await put({ position: 4 })).json.version;
    const refused = problem(412, "version-mismatch", { version: next });
    for (const other of [version, next + 1]) expect(await remove("", match(other))).toMatchObject(refused);
    expect((await remove("", match(next))).status).toBe(204);
  });

  test("is for the holder of the lease, while there is one", async () => {
    const { version } = (await put(lease("h"))).json;
    expect(await remove()).toMatchObject(problem(409, "lease-held", { holder: "h" }));
    expect(await remove("?holder=other")).toMatchObject(problem(409, "lease-held", { holder: "h" }));
    expect((await get()).json.version).toBe(version);
    expect((await remove("?holder=h")).status).toBe(204);
    await put(lease("h"));
    api.nodes.clock += 10_000;
    expect((await remove()).status).toBe(204);
    expect(await get()).toMatchObject(missing);
  });

  test("finds none that another one has deleted meanwhile", async () => {
    await put(lease("h", 1));
    api.nodes.clock += 1;
    const ask = api.nodes.ask.bind(api.nodes);
    api.nodes.ask = async (node, request, options) => {
      const isRelease = request.kind === "command" && request.command.kind === "consumer";
      if (isRelease) {
        api.nodes.ask = ask;
        await remove();
      }
      return ask(node, request, options);
    };
    expect(await remove()).toMatchObject(missing);
  });

  test("does not take with it what was written meanwhile", async () => {
    await put(lease("h", 1));
    api.nodes.clock += 1;
    const ask = api.nodes.ask.bind(api.nodes);
    api.nodes.ask = async (node, request, options) => {
      const isDeletion = request.kind === "command" && request.command.kind === "document";
      if (isDeletion) {
        api.nodes.ask = ask;
        await put({ position: 7, ...lease("another") });
      }
      return ask(node, request, options);
    };
    expect(await remove()).toMatchObject(problem(412, "version-mismatch"));
    expect((await get()).json).toMatchObject({ position: 7, lease: { holder: "another" } });
  });
});

describe("the list of consumers", () => {
  const names = async (query = "") => {
    const { consumers, cursor } = (await api.send("GET", path("", query))).json;
    return { names: consumers.map(({ name }: { name: string }) => name), cursor };
  };

  test("is in the order of names, and of this log alone", async () => {
    for (const name of ["b", "Z", "a.b", "a"]) await put({ position: 1 }, {}, name);
    await api.send("PUT", "/v1/logs/other");
    await api.sendJson("PUT", "/v1/logs/other/consumers/x", { position: 0 });
    await api.command({
      kind: "document",
      name: "a",
      key: "d",
      value: new Uint8Array(),
      expectedVersion: null,
    });
    expect(await names()).toEqual({ names: ["Z", "a", "a.b", "b"], cursor: null });
    const { consumers } = (await api.send("GET", path())).json;
    expect(consumers[1]).toEqual((await get("a")).json);
  });

  test("is read page by page, whatever is made and deleted between", async () => {
    for (let i = 0; i < 5; i++) await put({ position: i }, {}, `c${i}`);
    const first = await names("?limit=2");
    expect(first.names).toEqual(["c0", "c1"]);
    await api.send("DELETE", path("c1"));
    await put({ position: 0 }, {}, "c00");
    const second = await names(`?limit=2&cursor=${first.cursor}`);
    expect(second.names).toEqual(["c2", "c3"]);
    expect(await names(`?limit=2&cursor=${second.cursor}`)).toEqual({ names: ["c4"], cursor: null });
  });

  test("of a log without any is empty", async () => {
    expect(await names()).toEqual({ names: [], cursor: null });
  });
});

test("consumers live in the log's cluster", async () => {
  await api.send("PUT", "/v1/clusters/other");
  await api.send("PUT", "/v1/clusters/other/logs/a");
  const url = "/v1/clusters/other/logs/a/consumers";
  expect((await api.sendJson("PUT", `${url}/c`, { position: 0 })).status).toBe(200);
  expect((await api.send("GET", url)).json.consumers).toMatchObject([{ name: "c" }]);
  expect(await get()).toMatchObject(missing);
  expect((await api.send("DELETE", `${url}/c`)).status).toBe(204);
});
