import { beforeEach, describe, expect, test } from "vitest";
import { Harness, problem } from "../harness.ts";

const headers = { "Content-Type": "application/json" };
const accepted = { accept_data_loss: true };

let api: Harness;
beforeEach(async () => {
  api = new Harness();
  await api.send("PUT", "/v1/logs/a");
});

/** No node leads any more, and nothing reaches these nodes. */
function lose(...ids: number[]): void {
  api.nodes.leaders.set("main", null);
  for (const id of ids) api.nodes.down.add(`main/${id}`);
  api.nodes.asked.length = 0;
}

const recover = (id: number | string, body: unknown, path = "main", query = "") =>
  api.send("POST", `/v1/clusters/${path}/members/${id}/recover${query}`, {
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers,
  });
const status = async (isolate = api) => (await isolate.send("GET", "/v1/clusters/main")).json;
const change = (body: unknown) =>
  api.send("POST", "/v1/clusters/main/members", { body: JSON.stringify(body), headers });
const asked = () => api.nodes.asked.map(({ node }) => node);

describe("a survivor that is told that all others are lost", () => {
  test("is asked itself, only once, and no other node is; and it continues alone with its entries", async () => {
    lose(1, 2);
    expect(await recover(3, { lost: [1, 2], ...accepted })).toMatchObject({
      status: 200,
      json: {
        last_index: 1,
        configuration: { index: 2, voters: [3], forced: { lost: [1, 2], at: api.nodes.clock } },
      },
    });
    expect(api.nodes.asked).toMatchObject([{ node: 3, options: { mayHandOn: false } }]);
    expect(await api.appendRecords("a", { data: "x" })).toMatchObject({ status: 200 });
    expect(asked()).toEqual([3, 3]);
  });

  test("shows that it was forced until the next change, which takes in new members", async () => {
    lose(1, 2);
    await recover(3, { lost: [2, 1], ...accepted });
    expect(await status()).toMatchObject({
      leader: 3,
      configuration: { state: "stable", fault_tolerance: 0, forced: { lost: [2, 1] } },
      members: [{ id: 3 }],
    });
    const grown = await change({ add: [{ region: "oc" }, { region: "me" }] });
    expect(grown).toMatchObject({ status: 202, json: { added: [4, 5], configuration: { forced: null } } });
    expect((await status()).configuration).toMatchObject({ voters: [3, 4, 5], forced: null });
  });

  test("is believed, though others had newer entries", async () => {
    api.nodes.down.add("main/3");
    await change({ region: "oc" });
    await api.appendRecords("a", { data: "x" });
    api.nodes.down.clear();
    lose(1, 2);
    const knowing = api;
    expect((await status()).configuration).toMatchObject({ index: 20, voters: [1, 2, 3, 4] });
    expect(await recover(3, { lost: [1, 2], ...accepted })).toMatchObject({ status: 200 });
    expect(await status()).toMatchObject({ leader: 3, configuration: { index: 3, voters: [3] } });
    for (const [tail, isolate] of [
      [1, knowing],
      [2, api.sibling()],
    ] as const) {
      expect(await isolate.read("a")).toMatchObject({ status: 200, json: { tail } });
      api.nodes.asked.length = 0;
      expect(await isolate.appendRecords("a", { data: "y" })).toMatchObject({ status: 200 });
      expect(asked()).toEqual([3]);
    }
  });

  test("may be one that this isolate never heard of", async () => {
    await change({ add: [{ region: "oc" }, { region: "me" }], remove: [1, 2] });
    lose(3, 4);
    api = api.sibling();
    expect(await recover(5, { lost: [3, 4], ...accepted })).toMatchObject({
      status: 200,
      json: { configuration: { voters: [5] } },
    });
    expect(api.nodes.touched.get("main/5")).toBe("me");
  });

  test("takes no node for a new one that those given up had set up", async () => {
    api.nodes.down.add("main/3");
    await change({ region: "oc" });
    api.nodes.down.clear();
    lose(1, 2);
    await recover(3, { lost: [1, 2], ...accepted });
    expect(await change({ region: "oc" })).toMatchObject({ status: 202, json: { added: [5] } });
  });

  test("may be of another cluster, if main serves", async () => {
    await api.send("PUT", "/v1/clusters/other");
    api.nodes.leaders.set("other", null);
    const lost = { lost: [2, 3], ...accepted };
    expect(await recover(1, lost, "other")).toMatchObject({ status: 200 });
    expect(await recover(1, lost, "none")).toMatchObject(problem(404, "cluster-not-found"));
    api = api.sibling();
    lose(1, 2);
    expect(await recover(1, lost, "other", "?timeout_ms=1000")).toMatchObject(problem(503, "no-leader"));
  });
});

describe("a recovery is refused, and nothing happens,", () => {
  test("while a leader is heard", async () => {
    expect(await recover(3, { lost: [1, 2], ...accepted })).toMatchObject(
      problem(409, "recovery-has-leader"),
    );
    expect((await status()).configuration).toMatchObject({ voters: [1, 2, 3], forced: null });
  });

  test.each([[[]], [[1]], [[1, 2, 4]], [[1, 3]]])(
    "if %j are given up, and the answer names the members",
    async (lost) => {
      lose(1, 2);
      const refused = await recover(3, { lost, ...accepted });
      expect(refused).toMatchObject(
        problem(409, "recovery-members-differ", { configuration: { index: 0, voters: [1, 2, 3] } }),
      );
      expect(refused.json.detail).toContain("1, 2, 3");
      expect((await status()).configuration.forced).toBeNull();
    },
  );

  test("by a node with half of a snapshot", async () => {
    lose(1, 2);
    api.nodes.membership.readableIndex = 9;
    expect(await recover(3, { lost: [1, 2], ...accepted })).toMatchObject(
      problem(409, "recovery-half-snapshot"),
    );
  });

  test("for an unknown node, which is not touched", async () => {
    lose(1, 2);
    expect(await recover(9, { lost: [1, 2, 3], ...accepted })).toMatchObject(problem(404, "node-not-found"));
    expect(api.nodes.touched.has("main/9")).toBe(false);
  });

  test("for one that has lost its storage, or was removed", async () => {
    await change({ remove: [1] });
    expect(await recover(1, { lost: [2, 3], ...accepted })).toMatchObject(problem(404, "node-not-found"));
    lose(1, 2);
    api.nodes.loseStorage("main/3");
    expect(await recover(3, { lost: [2], ...accepted })).toMatchObject(problem(404, "node-not-found"));
  });

  test("for one that can't be reached", async () => {
    lose(1, 2, 3);
    const refused = await recover(3, { lost: [1, 2], ...accepted });
    expect(refused).toMatchObject(problem(503, "node-unreachable"));
    expect(refused.headers.get("Retry-After")).toBe("1");
    expect(asked()).toEqual([]);
  });

  test.each(["busy", "too-many-requests", "overloaded"] as const)("by one that is %s", async (fault) => {
    lose(1, 2);
    api.nodes.faults.set("main/3", [fault]);
    expect(await recover(3, { lost: [1, 2], ...accepted })).toMatchObject(problem(503, "too-many-requests"));
    expect(asked()).toEqual([3]);
  });
});

test.each(["lost-before", "lost-after", "timeout", "outcome-unknown", "superseded"] as const)(
  "a recovery is not asked for again when it may have happened: %s",
  async (fault) => {
    lose(1, 2);
    api.nodes.faults.set("main/3", [fault]);
    expect(await recover(3, { lost: [1, 2], ...accepted })).toMatchObject(problem(503, "outcome-unknown"));
    expect(asked()).toEqual([3]);
  },
);

describe("a body that is refused:", () => {
  test.each([
    "",
    "{",
    "null",
    "[]",
    "{}",
    '{"lost":[1,2]}',
    '{"accept_data_loss":true}',
    '{"lost":[1,2],"accept_data_loss":false}',
    '{"lost":[1,2],"accept_data_loss":"true"}',
    '{"lost":[1,2],"accept_data_loss":1}',
    '{"lost":[1,2],"accept_data_loss":null}',
    '{"lost":[1,1],"accept_data_loss":true}',
    '{"lost":["1",2],"accept_data_loss":true}',
    '{"lost":[0,2],"accept_data_loss":true}',
    '{"lost":[1.5,2],"accept_data_loss":true}',
    '{"lost":1,"accept_data_loss":true}',
    '{"lost":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15],"accept_data_loss":true}',
    '{"lost":[1,2],"accept_data_loss":true,"force":true}',
  ])("%s", async (body) => {
    lose(1, 2);
    expect(await recover(3, body)).toMatchObject(problem(400, "invalid-body"));
    expect(asked()).toEqual([]);
  });

  test("a number in the path that is none", async () => {
    for (const id of ["0", "x", "01"])
      expect(await recover(id, { lost: [1, 2], ...accepted })).toMatchObject(problem(400, "invalid-request"));
  });
});
