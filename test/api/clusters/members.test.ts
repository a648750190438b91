import { beforeEach, describe, expect, test } from "vitest";
import { Harness, problem } from "../harness.ts";

let api: Harness;
beforeEach(async () => {
  api = new Harness();
  await api.send("PUT", "/v1/clusters/main");
});

const change = (body: unknown, isolate = api) =>
  isolate.send("POST", "/v1/clusters/main/members", {
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { "Content-Type": "application/json" },
  });
const remove = (id: number | string, query = "") =>
  api.send("DELETE", `/v1/clusters/main/members/${id}${query}`);
const status = async (isolate = api) => (await isolate.send("GET", "/v1/clusters/main")).json;
const members = async (isolate = api): Promise<number[]> =>
  (await status(isolate)).members.map(({ id }: { id: number }) => id);

describe("a change of members", () => {
  test("adds a node in its region, under a number that was never used", async () => {
    const added = await change({ region: "oc" });
    expect(added).toMatchObject({
      status: 202,
      json: { added: [4], configuration: { state: "learning", voters: [1, 2, 3], learners: [4] } },
    });
    expect(api.nodes.touched.get("main/4")).toBe("oc");
    expect((await status()).members[3]).toMatchObject({
      ...{ id: 4, region: "oc", part: "voter", state: "started" },
    });
    await remove(4);
    expect((await change({ region: "oc" })).json.added).toEqual([5]);
  });

  test("replaces members by new ones in one go", async () => {
    const replaced = await change({ add: [{ region: "oc" }, { region: "me" }], remove: [1, 3] });
    expect(replaced).toMatchObject({
      status: 202,
      json: { added: [4, 5], configuration: { leaving: [1, 3] } },
    });
    const { leader, configuration } = await status();
    expect(configuration).toMatchObject({ state: "stable", voters: [2, 4, 5], leaving: [] });
    expect(leader).toBe(2);
    expect(await members()).toEqual([2, 4, 5]);
  });

  test("removes a member, down to one", async () => {
    expect(await remove(1)).toMatchObject({
      status: 202,
      json: { added: [], configuration: { state: "joint", voters: [2, 3], outgoing: [1, 2, 3] } },
    });
    expect(await change({ remove: [2] })).toMatchObject({ status: 202 });
    expect(await members()).toEqual([3]);
    expect(await remove(3)).toMatchObject(problem(422, "cluster-size"));
  });

  test("says what an even number of voters is worth", async () => {
    const tolerance = async () => (await status()).configuration.fault_tolerance;
    expect(await tolerance()).toBe(1);
    await change({ region: "oc" });
    expect(await tolerance()).toBe(1);
    await change({ region: "me" });
    expect(await tolerance()).toBe(2);
  });

  test("sets up nodes that know their cluster, and are no members of it yet", async () => {
    await remove(3);
    api.nodes.membership.isQuick = false;
    await change({ region: "oc" });
    const identity = (await api.nodes.status({ cluster: "main", id: 4, region: "oc" }))?.identity;
    expect(identity).toMatchObject({
      ...{ cluster: "main", id: 4, region: "oc", regions: ["wnam", "enam", "weur"] },
      ...{ configuration: { voters: [1, 2], learners: [] }, configurationIndex: 20 },
    });
  });
});

describe("while new members catch up", () => {
  beforeEach(async () => {
    await api.send("PUT", "/v1/logs/a");
    await api.send("PUT", "/v1/logs/b");
    api.nodes.membership.isQuick = false;
    await change({ region: "oc", remove: [1] });
  });

  test("the status says how far they are", async () => {
    const { configuration, members } = await status();
    expect(configuration).toMatchObject({ state: "learning", learners: [4], leaving: [1] });
    expect(members[3]).toMatchObject({ part: "learner", match_index: 1, lag: 1, caught_up: false });
    expect(members[0]).not.toHaveProperty("caught_up");
  });

  test("another change is refused", async () => {
    const underWay = problem(409, "members-change-under-way", {
      configuration: { state: "learning", learners: [4] },
    });
    expect(await change({ region: "me" })).toMatchObject(underWay);
    expect(await remove(2)).toMatchObject(underWay);
  });

  test("the removal of the new ones ends it", async () => {
    expect(await remove(4)).toMatchObject({
      status: 200,
      json: { configuration: { state: "stable", voters: [1, 2, 3], learners: [], leaving: [] } },
    });
    expect(await members()).toEqual([1, 2, 3]);
  });

  test("they are not asked to serve", async () => {
    api.nodes.asked.length = 0;
    const cf = { latitude: "-33", longitude: "151" };
    await api.send("GET", "/v1/logs/a", { cf });
    await api.send("GET", "/v1/logs/a", { cf });
    expect(api.nodes.asked.map(({ node }) => node)).not.toContain(4);
  });
});

describe("a change that expects a configuration", () => {
  test("happens once", async () => {
    expect(await change({ region: "oc", expected_index: 0 })).toMatchObject({ status: 202 });
    const stale = problem(412, "stale-configuration", { configuration: { index: 20 } });
    expect(await change({ region: "oc", expected_index: 0 })).toMatchObject(stale);
    expect(await remove(4, "?expected_index=0")).toMatchObject(stale);
    expect(await members()).toEqual([1, 2, 3, 4]);
    expect(await remove(4, "?expected_index=20")).toMatchObject({ status: 202 });
  });

  test("is not tried anew when another one overtakes it", async () => {
    api.nodes.membership.refusals.push(null, "stale-configuration");
    expect(await change({ region: "oc", expected_index: 0 })).toMatchObject(
      problem(412, "stale-configuration"),
    );
  });
});

describe("a change that does not come about", () => {
  test("is tried anew when another one overtakes it", async () => {
    api.nodes.membership.refusals.push(null, "stale-configuration");
    expect(await change({ region: "oc" })).toMatchObject({ status: 202, json: { added: [4] } });
    expect(await members()).toEqual([1, 2, 3, 4]);
  });

  test("leaves nodes that the next one takes, if it has the same place for them", async () => {
    api.nodes.membership.refusals.push(null, "change-under-way");
    expect(await change({ region: "oc" })).toMatchObject(problem(409, "members-change-under-way"));
    expect(await members()).toEqual([1, 2, 3]);
    const added = await change({ add: [{ region: "me" }, { region: "me" }] });
    expect(added.json.added).toEqual([5, 6]);
    expect(api.nodes.touched.get("main/5")).toBe("me");
  });

  test("waits until the leader is ready", async () => {
    api.nodes.membership.refusals.push("not-ready", "not-ready", null, "not-ready");
    expect(await change({ region: "oc" })).toMatchObject({ status: 202, json: { added: [4] } });
    api.nodes.membership.refusals.push(...Array(1_000).fill("not-ready"));
    const late = await remove(4, "?timeout_ms=500");
    expect(late).toMatchObject(problem(503, "members-not-ready"));
    expect(late.headers.get("Retry-After")).toBe("1");
  });

  test("changes nothing when a new node can't be reached", async () => {
    api.nodes.down.add("main/5");
    const places = { add: [{ region: "oc" }, { region: "me" }] };
    expect(await change(places)).toMatchObject(problem(503, "bootstrap-incomplete"));
    expect(await members()).toEqual([1, 2, 3]);
    api.nodes.down.clear();
    expect(await change(places)).toMatchObject({ status: 202, json: { added: [4, 5] } });
  });

  test("may have happened when its answer is lost, which shows in the status", async () => {
    await change({ remove: [3] });
    api.nodes.leaders.set("main", 2);
    await change({ region: "oc" });
    expect(await lastChangeLost()).toMatchObject(problem(503, "outcome-unknown"));
    expect(await members()).toEqual([1, 2, 4, 5]);
  });

  /** The question is answered, and what is asked for after it is lost. */
  const lastChangeLost = () => {
    const ask = api.nodes.ask.bind(api.nodes);
    api.nodes.ask = async (address, request, options) => {
      const isChange = request.kind === "members" && request.change.add.length > 0;
      if (isChange) api.nodes.faults.set(`main/${address.id}`, ["lost-after"]);
      return ask(address, request, options);
    };
    return change({ region: "me" });
  };

  test.each([[{ remove: [1, 2, 3] }], [{ add: Array(5).fill({ region: "oc" }) }]])(
    "would make the cluster too small or too large: %j",
    async (body) => {
      expect(await change(body)).toMatchObject(problem(422, "cluster-size", { members_max: 7 }));
      expect(api.nodes.touched.has("main/4")).toBe(false);
    },
  );

  test("names a node that is no member", async () => {
    expect(await remove(4)).toMatchObject(problem(404, "node-not-found"));
    expect(await change({ region: "oc", remove: [1, 9] })).toMatchObject(problem(404, "node-not-found"));
    expect(await members()).toEqual([1, 2, 3]);
  });

  test("would leave voters of whom too few answer", async () => {
    api.nodes.membership.refusals.push(null, "no-quorum");
    expect(await remove(1)).toMatchObject(problem(503, "members-silent"));
    expect(await members()).toEqual([1, 2, 3]);
  });

  test("is for a cluster that is there", async () => {
    const body = { body: '{"region":"oc"}', headers: { "Content-Type": "application/json" } };
    expect(await api.send("POST", "/v1/clusters/one/members", body)).toMatchObject(
      problem(404, "cluster-not-found"),
    );
  });
});

describe("a body that is refused:", () => {
  test.each([
    "",
    "{",
    "null",
    "[]",
    "{}",
    '{"add":[]}',
    '{"add":[],"remove":[]}',
    '{"expected_index":0}',
    '{"region":"mars"}',
    '{"region":null}',
    '{"region":["oc"]}',
    '{"add":{"region":"oc"}}',
    '{"add":["oc"]}',
    '{"add":[{}]}',
    '{"add":[{"region":"oc","id":4}]}',
    '{"region":"oc","add":[{"region":"oc"}]}',
    '{"remove":1}',
    '{"remove":["1"]}',
    '{"remove":[0]}',
    '{"remove":[1.5]}',
    '{"remove":[9007199254740992]}',
    '{"remove":[1,1]}',
    '{"remove":[1,2,3,4,5,6,7,8]}',
    '{"region":"oc","expected_index":-1}',
    '{"region":"oc","expected_index":"0"}',
    '{"region":"oc","expected_index":null}',
    '{"region":"oc","force":true}',
    '{"region":"oc","__proto__":{}}',
  ])("%s", async (body) => {
    expect(await change(body)).toMatchObject(problem(400, "invalid-body"));
    expect(await members()).toEqual([1, 2, 3]);
    expect(api.nodes.touched.has("main/4")).toBe(false);
  });

  test("one of another media type, or too large", async () => {
    const text = { body: "region: oc", headers: { "Content-Type": "text/plain" } };
    const path = "/v1/clusters/main/members";
    expect(await api.send("POST", path, text)).toMatchObject(problem(415, "unsupported-media-type"));
    expect(await change("x".repeat(4_097))).toMatchObject(problem(413, "body-too-large"));
  });

  test.each(["0", "-1", "x", "01", "1.0", "9007199254740992"])("the number %s in a path", async (id) => {
    expect(await remove(id)).toMatchObject(problem(400, "invalid-request"));
  });

  test.each(["?expected_index=", "?expected_index=-1", "?expected_index=0&expected_index=0", "?force=1"])(
    "the query %s",
    async (query) => {
      expect(await remove(1, query)).toMatchObject(problem(400, "invalid-request"));
      expect(await members()).toEqual([1, 2, 3]);
    },
  );
});
