import { beforeEach, describe, expect, test } from "vitest";
import { Harness, problem } from "../api/harness.ts";

const headers = { "Content-Type": "application/json" };
const inRegions = (...regions: string[]) => regions.map((region) => ({ region }));

let api: Harness;
beforeEach(async () => {
  api = new Harness();
  await api.send("PUT", "/v1/logs/a");
});

const change = (body: unknown) =>
  api.send("POST", "/v1/clusters/main/members", { body: JSON.stringify(body), headers });
const replaceAll = (...ids: number[]) => change({ add: inRegions("oc", "me", "afr"), remove: ids });
const asked = () => api.nodes.asked.map(({ node }) => node);
const ids = ({ json }: { json: { members: { id: number }[] } }) => json.members.map(({ id }) => id);

describe("once all members were replaced", () => {
  beforeEach(async () => {
    await replaceAll(1, 2, 3);
    await replaceAll(4, 5, 6);
  });

  test("requests go to the present ones", async () => {
    await api.appendRecords("a", { data: "x" });
    api.nodes.asked.length = 0;
    expect(await api.appendRecords("a", { data: "y" })).toMatchObject({ status: 200 });
    expect(await api.read("a")).toMatchObject({ status: 200, json: { tail: 2 } });
    expect(asked()).toEqual([7, 7]);
  });

  test("an isolate that knows only the first ones finds them, and makes no client wait", async () => {
    api = api.sibling();
    api.nodes.asked.length = 0;
    expect(await api.appendRecords("a", { data: "x" })).toMatchObject({ status: 200 });
    expect(asked()).toEqual([1, 7]);
    expect(api.slept).toEqual([]);
    const reader = api.sibling();
    const near = { latitude: "-34", longitude: "151" };
    expect(await reader.send("GET", "/v1/logs/a", { cf: near })).toMatchObject({ json: { tail: 1 } });
    expect(reader.slept).toEqual([]);
  });

  test("of two reads at once, both find them and neither waits, though one learns what the other was told", async () => {
    const reader = api.sibling();
    const read = () => reader.send("GET", "/v1/logs/a");
    for (const answer of await Promise.all([read(), read()])) expect(answer).toMatchObject({ status: 200 });
    expect(reader.slept).toEqual([]);
  });

  test("an append enters near one of the present ones, once they are known", async () => {
    api = api.sibling();
    api.nodes.asked.length = 0;
    const cf = { latitude: "-34", longitude: "151" };
    const init = { body: "x", headers: { "Content-Type": "text/plain" }, cf };
    expect(await api.send("POST", "/v1/logs/a/records", init)).toMatchObject({ status: 200 });
    const near = api.nodes.asked.map(({ request }) => (request.kind === "command" ? request.near : null));
    expect(near).toEqual([1, 7]);
  });

  test("no replica that was removed is read from", async () => {
    const page = await api.sibling().read("a", "?consistency=local");
    expect(page).toMatchObject({ status: 200 });
    expect(asked().at(-1)).toBeGreaterThanOrEqual(7);
  });

  test("an isolate that knows only the first ones knows how the present ones are", async () => {
    const status = await api.sibling().send("GET", "/v1/clusters/main");
    expect(ids(status)).toEqual([7, 8, 9]);
    expect(status.json).toMatchObject({ leader: 7, configuration: { index: 40, voters: [7, 8, 9] } });
  });

  test("leadership moves between the present ones", async () => {
    const move = (node: number) =>
      api.sibling().send("POST", "/v1/clusters/main/leader", { body: JSON.stringify({ node }), headers });
    expect(await move(9)).toMatchObject({ status: 200, json: { leader: 9 } });
    expect(await move(1)).toMatchObject(problem(404, "node-not-found"));
  });

  test("only present ones are crashed", async () => {
    const crash = (id: number) => api.sibling().send("POST", `/v1/local/nodes/${id}/abort`);
    expect(await crash(8)).toMatchObject({ status: 204 });
    expect(await crash(1)).toMatchObject(problem(404, "node-not-found"));
    expect(api.nodes.aborted).toEqual([8]);
  });

  test("the bootstrap has nothing to do, and those that were removed may forget all", async () => {
    api = api.sibling();
    expect(await api.send("PUT", "/v1/clusters/main")).toMatchObject({ status: 200 });
    for (const id of [1, 2]) api.nodes.loseStorage(`main/${id}`);
    api.nodes.down.add("main/2");
    expect(await api.send("PUT", "/v1/clusters/main")).toMatchObject({ status: 200 });
    api.nodes.down.clear();
    expect(await api.appendRecords("a", { data: "x" })).toMatchObject({ status: 200 });
    for (const id of [1, 2]) expect(await phaseOf(id)).toBe("absent");
  });

  test("a present one that lost its storage is not set up again", async () => {
    api.nodes.loseStorage("main/8");
    expect(await api.send("PUT", "/v1/clusters/main")).toMatchObject(
      problem(503, "node-lost", { nodes: [8] }),
    );
    expect(await phaseOf(8)).toBe("absent");
  });

  const phaseOf = async (id: number): Promise<string> =>
    (await api.nodes.status({ cluster: "main", id, region: "oc" }))?.phase ?? "absent";
});

describe("a member that was not told of the last change", () => {
  test("is asked for the one before, and so on, until the present members are found", async () => {
    const absent = (...nodes: number[]) => {
      api.nodes.down.clear();
      for (const id of nodes) api.nodes.down.add(`main/${id}`);
    };
    await replaceAll(1, 2, 3);
    absent(1, 2, 3);
    await replaceAll(4, 5, 6);
    absent(1, 2, 3, 4, 5, 6);
    await replaceAll(7, 8, 9);
    absent();
    const stranger = api.sibling();
    stranger.nodes.asked.length = 0;
    expect(await stranger.appendRecords("a", { data: "x" })).toMatchObject({ status: 200 });
    expect(asked()).toEqual([1, 4, 7, 10]);
    expect(ids(await api.sibling().send("GET", "/v1/clusters/main"))).toEqual([10, 11, 12]);
  });
});

describe("a leader that is removed", () => {
  test("is not asked again", async () => {
    await api.appendRecords("a", { data: "x" });
    await change({ add: inRegions("oc"), remove: [1] });
    api.nodes.asked.length = 0;
    expect(await api.appendRecords("a", { data: "y" })).toMatchObject({ status: 200 });
    expect(await api.appendRecords("a", { data: "z" })).toMatchObject({ status: 200 });
    expect(asked().filter((id) => id === 1).length).toBeLessThanOrEqual(1);
    expect(asked().at(-1)).toBe(2);
  });
});
