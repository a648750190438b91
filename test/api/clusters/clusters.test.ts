import { beforeEach, describe, expect, test, vi } from "vitest";
import { Harness, problem } from "../harness.ts";

let api: Harness;
beforeEach(() => {
  api = new Harness();
});

const put = (name: string, regions?: readonly string[]) =>
  regions === undefined
    ? api.send("PUT", `/v1/clusters/${name}`)
    : api.send("PUT", `/v1/clusters/${name}`, {
        body: JSON.stringify({ regions }),
        headers: { "Content-Type": "application/json" },
      });

const of = (name: string) => [...api.nodes.touched].filter(([node]) => node.startsWith(`${name}/`));

describe("bootstrap", () => {
  test("makes every node a member, in its region", async () => {
    const regions = ["weur", "weur", "apac-ne", "me", "afr"];
    expect(await put("one", regions)).toMatchObject({ status: 201, json: { name: "one", regions } });
    expect(of("one")).toEqual(regions.map((region, at) => [`one/${at + 1}`, region]));
    expect((await api.send("GET", "/v1/clusters")).json.clusters).toEqual([
      { name: "main", regions: ["wnam", "enam", "weur"] },
      { name: "one", regions },
    ]);
  });

  test("twice changes nothing, in any isolate", async () => {
    await put("one", ["oc"]);
    for (const isolate of [api, api.sibling()]) {
      const again = await isolate.send("PUT", "/v1/clusters/one");
      expect(again).toMatchObject({ status: 200, json: { regions: ["oc"] } });
    }
    expect((await api.send("GET", "/v1/clusters")).json.clusters).toHaveLength(2);
  });

  test("with other regions is refused", async () => {
    await put("one", ["oc"]);
    const refused = problem(409, "cluster-exists", { regions: ["oc"] });
    expect(await put("one", ["me"])).toMatchObject(refused);
    api = Object.assign(api.sibling());
    expect(await put("one", ["oc", "oc", "oc"])).toMatchObject(refused);
    expect(await put("main", ["oc"])).toMatchObject(problem(409, "cluster-exists"));
    expect(await put("main")).toMatchObject({ status: 200 });
  });

  test("that fails on the way goes on where it stopped", async () => {
    await put("main");
    api.nodes.down.add("one/3");
    const refused = await put("one");
    expect(refused).toMatchObject(problem(503, "bootstrap-incomplete"));
    expect(refused.headers.get("Retry-After")).toBe("1");
    expect((await api.send("GET", "/v1/clusters")).json.clusters).toHaveLength(1);
    expect(await api.send("GET", "/v1/clusters/one/logs")).toMatchObject(problem(404, "cluster-not-found"));
    api.nodes.down.clear();
    expect(await put("one")).toMatchObject({ status: 201 });
    expect(await api.send("GET", "/v1/clusters/one/logs")).toMatchObject({ status: 200 });
  });

  test("finds no node lost that another caller set up meanwhile", async () => {
    await put("one");
    const status = api.nodes.status.bind(api.nodes);
    const late = vi.spyOn(api.nodes, "status").mockImplementation(status);
    late.mockResolvedValueOnce(null);
    expect((await put("one")).status).toBeOneOf([200, 201]);
    expect(late).toHaveBeenCalledTimes(4);
  });

  test("of a cluster that runs sets no lost node up again", async () => {
    await put("one");
    api.nodes.loseStorage("one/2");
    expect(await put("one")).toMatchObject(problem(503, "node-lost", { nodes: [2] }));
    expect((await api.send("GET", "/v1/clusters/one")).json.members[1]).toMatchObject({ state: "absent" });
  });

  test("that is listed by another isolate first is listed once", async () => {
    await put("main");
    api.nodes.faults.set("main/1", ["lost-after"]);
    const [a, b] = await Promise.all([put("one"), api.sibling().send("PUT", "/v1/clusters/one")]);
    expect([a.status, b.status].every((status) => status === 200 || status === 201)).toBe(true);
    const { clusters } = (await api.sibling().send("GET", "/v1/clusters")).json;
    expect(clusters.map(({ name }: { name: string }) => name)).toEqual(["main", "one"]);
  });

  test.each([
    "{",
    "[]",
    '{"regions":[]}',
    '{"regions":["oc","oc"]}',
    '{"regions":["mars"]}',
    '{"regions":"oc"}',
    '{"nodes":3}',
  ])("refuses %s", async (body) => {
    const headers = { "Content-Type": "application/json" };
    expect(await api.send("PUT", "/v1/clusters/one", { body, headers })).toMatchObject(
      problem(400, "invalid-body"),
    );
    expect(of("one")).toEqual([]);
  });

  test("refuses other bodies", async () => {
    const text = { body: "regions: oc", headers: { "Content-Type": "text/plain" } };
    expect(await api.send("PUT", "/v1/clusters/one", text)).toMatchObject(
      problem(415, "unsupported-media-type"),
    );
    const huge = { body: "x".repeat(4_097), headers: { "Content-Type": "application/json" } };
    expect(await api.send("PUT", "/v1/clusters/one", huge)).toMatchObject(problem(413, "body-too-large"));
  });

  test.each(["_one", "One", "-one", "a_b", "x".repeat(64), "a%2Fb", "%00"])(
    "refuses the name %s",
    async (name) => {
      expect(await put(name)).toMatchObject(problem(400, "invalid-request"));
    },
  );
});

describe("a name that is in no catalogue", () => {
  test.each([
    ["GET", ""],
    ["GET", "/logs"],
    ["PUT", "/logs/a"],
    ["GET", "/logs/a/records"],
    ["POST", "/logs/a/records"],
  ])("%s …%s is refused, and none of its objects is touched", async (method, path) => {
    const init = method === "POST" ? { body: "x" } : {};
    const refused = await api.send(method, `/v1/clusters/stranger${path}`, init);
    expect(refused).toMatchObject(problem(404, "cluster-not-found"));
    expect(of("stranger")).toEqual([]);
  });

  test("is found once another isolate has made it", async () => {
    const other = api.sibling();
    expect((await other.send("GET", "/v1/clusters/one/logs")).status).toBe(404);
    await put("one");
    expect((await other.send("GET", "/v1/clusters/one/logs")).status).toBe(200);
  });
});

describe("main", () => {
  test("is made on first use", async () => {
    expect(await api.send("GET", "/v1/clusters/main")).toMatchObject(problem(404, "cluster-not-found"));
    expect(await api.send("PUT", "/v1/logs/a")).toMatchObject({ status: 201 });
    expect(of("main")).toEqual([
      ["main/1", "wnam"],
      ["main/2", "enam"],
      ["main/3", "weur"],
    ]);
    expect((await api.send("GET", "/v1/clusters/main")).status).toBe(200);
  });

  test("half made is made whole", async () => {
    api.nodes.down.add("main/3");
    const half = await api.send("PUT", "/v1/logs/a?timeout_ms=500");
    expect(half.status).toBe(503);
    api.nodes.down.clear();
    expect(await api.send("PUT", "/v1/logs/a")).toMatchObject({ status: 201 });
  });

  test("serves on with a node that lost its storage, and does not set it up again", async () => {
    await api.send("PUT", "/v1/logs/a");
    api.nodes.loseStorage("main/3");
    const place = { latitude: "50", longitude: "4" };
    expect(await api.send("GET", "/v1/logs/a", { cf: place })).toMatchObject({ status: 200 });
    expect((await api.send("GET", "/v1/clusters/main")).json.members[2]).toMatchObject({ state: "absent" });
  });

  test.each(["", "mars", "oc,oc", "oc,oc,oc,oc,oc,oc,oc,oc,oc"])(
    "is not made of the regions %j",
    async (REGIONS) => {
      api = new Harness({ LOCAL: "on", REGIONS });
      expect(await api.send("GET", "/v1/logs")).toMatchObject(problem(500, "misconfigured"));
    },
  );
});

describe("the status of a cluster", () => {
  const member = (id: number, region: string) => ({ id, region, part: "voter", match_index: 1, lag: 0 });

  test("is that of its members, as they and their leader say", async () => {
    await api.send("PUT", "/v1/logs/a");
    api.nodes.leaders.set("main", 2);
    api.nodes.down.add("main/3");
    const { status, json } = await api.send("GET", "/v1/clusters/main");
    expect(status).toBe(200);
    const counters = { alarms: 1, calls: 2, rows: 3 };
    const awake = { corrupt_entries: 0, asleep: false, counters };
    const load = { requests: 1, waiting_readers: 2, queued_bytes: 3, uncommitted_bytes: 4 };
    const indexes = { commit_index: 1, last_index: 1, last_term: 1, snapshot_index: 0 };
    const started = { state: "started", term: 1, ...indexes, ...awake, ...load };
    const follows = { silent_ms: 5, mode: "replicate", append_share: 0 };
    expect(json).toEqual({
      ...{ name: "main", leader: 2, term: 1, commit_index: 1, quiesced: false },
      ...{ follows_writers: true, last_hand_over: { to: 2, at: api.nodes.clock } },
      configuration: {
        ...{ index: 0, state: "stable", fault_tolerance: 1 },
        ...{ voters: [1, 2, 3], outgoing: [], learners: [], leaving: [], forced: null },
      },
      members: [
        { ...member(1, "wnam"), ...started, role: "follower", ...follows },
        { ...member(2, "enam"), ...started, role: "leader", silent_ms: null, mode: null, append_share: 1 },
        { ...member(3, "weur"), state: "unreachable", ...follows },
      ],
    });
  });

  test("is quiesced once all of them sleep", async () => {
    await api.send("PUT", "/v1/logs/a");
    const quiesced = async () => (await api.send("GET", "/v1/clusters/main")).json.quiesced;
    api.nodes.asleep.add("main/1").add("main/2");
    expect(await quiesced()).toBe(false);
    api.nodes.asleep.add("main/3");
    expect(await quiesced()).toBe(true);
    api.nodes.down.add("main/3");
    expect(await quiesced()).toBe(false);
  });
});

describe("leadership", () => {
  const move = (body: string) =>
    api.send("POST", "/v1/clusters/main/leader", { body, headers: { "Content-Type": "application/json" } });

  test("goes to the member that is asked for, and appends follow it", async () => {
    await put("main");
    expect(await move('{"node":3}')).toMatchObject({ status: 200, json: { leader: 3, term: 1 } });
    expect((await api.send("GET", "/v1/clusters/main")).json.leader).toBe(3);
  });

  test("stays where the member can't take it", async () => {
    await put("main");
    api.nodes.down.add("main/2");
    expect(await move('{"node":2}')).toMatchObject(problem(503, "transfer-failed"));
    expect((await api.send("GET", "/v1/clusters/main")).json.leader).toBe(1);
  });

  test.each([
    ["", "invalid-body"],
    ["{", "invalid-body"],
    ['{"node":0}', "invalid-body"],
    ['{"node":"2"}', "invalid-body"],
  ])("refuses the body %j", async (body, type) => {
    await put("main");
    expect(await move(body)).toMatchObject(problem(400, type));
  });

  test("is not held up by a third member that hangs", async () => {
    await put("main");
    api.nodes.hanging.add("main/2");
    expect(await move('{"node":3}')).toMatchObject({ status: 200, json: { leader: 3 } });
  });

  test("is asked for a few times only, each time when the leader has given the last one up", async () => {
    await put("main");
    api.nodes.asked.length = 0;
    api.nodes.refusesTransfers = true;
    expect(await move('{"node":2}')).toMatchObject(problem(503, "transfer-failed"));
    expect(api.nodes.asked.map(({ request }) => request.kind)).toEqual(["transfer", "transfer", "transfer"]);
    expect(api.now).toBeCloseTo(9_000);
  });

  test("says at every place what is wrong with a body", async () => {
    const errors = [
      { in: "body", name: "node", message: expect.stringMatching(/number/) },
      { in: "body", name: "", message: expect.stringMatching(/"x"/) },
    ];
    expect(await move('{"node":"2","x":1}')).toMatchObject(problem(400, "invalid-body", { errors }));
  });

  test("goes to no stranger", async () => {
    await put("main");
    expect(await move('{"node":4}')).toMatchObject(problem(404, "node-not-found"));
  });
});
