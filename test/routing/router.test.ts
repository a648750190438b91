import { beforeEach, describe, expect, test } from "vitest";
import type { Fault } from "../api/fake-nodes.ts";
import { type Harness, problem, withLog } from "../api/harness.ts";

const producer = { "Producer-Id": "p", "Producer-Epoch": "0", "Producer-Seq": "0" };
const body = '{"records":[{"data":"x"}]}';

let api: Harness;
beforeEach(async () => {
  api = await withLog();
  api.nodes.asked.length = 0;
});

const route = () =>
  api.nodes.asked.map(({ node, options }) => (options.mayHandOn ? `${node}` : `direct ${node}`));
const tail = async () => (await api.read("a")).json.tail;
const fail = (node: number, ...faults: Fault[]) => api.nodes.faults.set(`main/${node}`, faults);

describe("an append goes", () => {
  test("to the last known leader", async () => {
    api.nodes.leaders.set("main", 3);
    await api.append("a", body);
    await api.append("a", body);
    expect(route()).toEqual(["direct 1", "direct 3", "direct 3"]);
    expect(api.slept).toEqual([]);
  });

  test.each<Fault>(["not-leader", "superseded", "timeout"])(
    "on to another node, as it did not happen: %s",
    async (fault) => {
      fail(1, fault);
      fail(2, fault);
      expect(await api.append("a", body)).toMatchObject({ status: 200 });
      expect(await tail()).toBe(1);
    },
  );

  test("once more to the same nodes, when an election is over", async () => {
    api.nodes.leaders.set("main", null);
    onFirstSleep(api, () => api.nodes.leaders.set("main", 2));
    expect(await api.append("a", body)).toMatchObject({ status: 200 });
    expect(api.slept).toHaveLength(1);
  });

  test.each<Fault>(["lost-after", "lost-before", "outcome-unknown"])(
    "nowhere else once it may have happened: %s",
    async (fault) => {
      fail(1, fault);
      const unknown = await api.append("a", body);
      expect(unknown).toMatchObject(problem(503, "outcome-unknown"));
      expect(unknown.headers.get("Retry-After")).toBeNull();
      expect(await tail()).toBe(fault === "lost-after" ? 1 : 0);
    },
  );

  test.each<Fault>(["lost-after", "lost-before", "outcome-unknown"])(
    "on, with a producer, even so: %s",
    async (fault) => {
      fail(1, fault);
      const { status, json } = await api.append("a", body, producer);
      expect([status, json.start, json.end]).toEqual([200, 0, 1]);
      expect(json.duplicate).toBe(fault === "lost-after");
      expect(await tail()).toBe(1);
    },
  );

  test("without delay to the leader that a node names, and slowly in a circle", async () => {
    fail(1, "not-leader", "not-leader", "not-leader");
    fail(2, "not-leader", "not-leader", "not-leader");
    api.nodes.leaders.set("main", 2);
    expect(await api.append("a", body)).toMatchObject({ status: 200 });
    expect(route()[1]).toBe("direct 2");
    expect(api.slept.length).toBe(route().length - 2);
  });

  test("to nodes that find out that the leader is lost", async () => {
    await api.append("a", body);
    fail(1, "lost-before");
    expect(await api.append("a", body)).toMatchObject(problem(503, "outcome-unknown"));
    api.nodes.asked.length = 0;
    await api.append("a", body);
    await api.append("a", body);
    await api.append("a", body);
    expect(route()).toEqual(["2", "direct 1", "direct 1"]);
  });

  test("nowhere when the object is overloaded, which is as good as busy", async () => {
    fail(1, "overloaded");
    expect(await api.append("a", body, producer)).toMatchObject(problem(503, "busy"));
    expect(await tail()).toBe(0);
  });

  test("nowhere when a node has too many requests under way", async () => {
    fail(1, "too-many-requests");
    const full = await api.append("a", body, producer);
    expect(full).toMatchObject(problem(503, "too-many-requests"));
    expect(full.headers.get("Retry-After")).toBe("1");
    expect(await tail()).toBe(0);
  });

  test("nowhere when the leader is busy", async () => {
    fail(1, "busy");
    const busy = await api.append("a", body, producer);
    expect(busy).toMatchObject(problem(503, "busy"));
    expect(busy.headers.get("Retry-After")).toBe("1");
    fail(1, "lost-after");
    fail(2, "busy");
    expect(await api.append("a", body, producer)).toMatchObject(problem(503, "outcome-unknown"));
  });
});

describe("the deadline", () => {
  test("ends the search for a leader", async () => {
    api.nodes.leaders.set("main", null);
    const none = await api.append("a", body, {}, "?timeout_ms=700");
    expect(none).toMatchObject(problem(503, "no-leader"));
    expect(none.headers.get("Retry-After")).toBe("1");
    expect(api.now).toBe(700);
    for (const { options } of api.nodes.asked) expect(options.timeoutMs).toBeLessThanOrEqual(700);
    expect(await tailOnceLed()).toBe(0);
  });

  test("is ten seconds unless it is given, and never forgets that it may have happened", async () => {
    fail(2, "lost-after");
    api.nodes.leaders.set("main", 2);
    onFirstSleep(api, () => api.nodes.leaders.set("main", null));
    expect(await api.append("a", body, producer)).toMatchObject(problem(503, "outcome-unknown"));
    expect(api.now).toBe(10_000);
    expect(await tailOnceLed()).toBe(1);
  });

  test("is shared by attempts that may be repeated", async () => {
    await api.append("a", body, {}, "?timeout_ms=4000");
    await api.append("a", body, producer, "?timeout_ms=4000");
    expect(api.nodes.asked.map(({ options }) => options.timeoutMs)).toEqual([4_000, 2_000]);
  });

  const tailOnceLed = () => {
    api.nodes.leaders.set("main", 1);
    return tail();
  };
});

describe("another command", () => {
  const json = { "Content-Type": "application/json" };
  const post = (verb: string, value: unknown) => ({
    method: "POST",
    path: `/v1/logs/a/${verb}`,
    init: { body: JSON.stringify(value), headers: json },
  });
  const put = (value: unknown, headers: Record<string, string> = {}) => ({
    method: "PUT",
    path: "/v1/logs/a/consumers/c",
    init: { body: JSON.stringify(value), headers: { ...json, ...headers } },
  });
  const lease = { holder: "h", ttl_ms: 1_000 };

  test.each([
    { method: "PUT", path: "/v1/logs/b", init: {} },
    { method: "PUT", path: "/v1/logs/a", init: { body: '{"retention":{"records":1}}', headers: json } },
    post("trim", { before: 0 }),
    { method: "POST", path: "/v1/logs/a/close", init: {} },
    { method: "POST", path: "/v1/logs/a/close", init: { headers: producer } },
    post("fence", { token: "t" }),
    put({ lease }),
  ])("that is the same twice as once is sent again: $method $path $init", async ({ method, path, init }) => {
    for (const fault of ["lost-after", "lost-before"] as const) {
      fail(1, fault);
      const answer = await api.sibling().send(method, path, init);
      expect([answer.status, api.nodes.faults.get("main/1")]).toEqual([200, []]);
    }
  });

  test.each([
    { method: "DELETE", path: "/v1/logs/a", init: {} },
    post("fence", { token: "t", expected: null }),
    put({ position: 0 }),
    put({ position: 0, lease }),
    put({ lease }, { "If-None-Match": "*" }),
  ])("whose refusal would be wrong is not: $method $path $init", async ({ method, path, init }) => {
    for (const fault of ["lost-before", "lost-after"] as const) {
      fail(1, fault);
      api.nodes.asked.length = 0;
      const answer = await api.sibling().send(method, path, init);
      expect(answer).toMatchObject(problem(503, "outcome-unknown"));
      expect(api.nodes.asked).toHaveLength(1);
    }
    const { records } = (await api.send("GET", "/v1/logs/a/records")).json;
    expect(records ?? []).toEqual([]);
  });
});

describe("an append says near which member it entered", () => {
  test.each([
    [{ latitude: "37.77", longitude: "-122.42" }, { near: 1 }],
    [{ latitude: "50.08", longitude: "14.43" }, { near: 3 }],
    [{}, {}],
    [undefined, {}],
  ])("from %j: %j", async (cf, near) => {
    await api.send("POST", "/v1/logs/a/records", {
      body: "x",
      headers: { "Content-Type": "text/plain" },
      cf,
    });
    const [asked] = api.nodes.asked;
    expect(asked?.request).toEqual({ kind: "command", command: expect.anything(), ...near });
  });
});

describe("a read goes", () => {
  test.each([
    [{ latitude: "37.77", longitude: "-122.42" }, 1],
    [{ latitude: "40.7", longitude: "-74" }, 2],
    [{ latitude: "50.08", longitude: "14.43" }, 3],
    [{ latitude: "-37.8", longitude: "145" }, 1],
    [{ latitude: "x" }, 2],
    [{}, 2],
    [undefined, 2],
  ])("from %j to node %i", async (cf, node) => {
    api.nodes.leaders.set("main", 2);
    await api.append("a", body);
    api.nodes.asked.length = 0;
    await api.send("GET", "/v1/logs/a/records", { cf });
    expect(route()).toEqual([`${node}`]);
  });

  test.each<Fault>([
    "lost-before",
    "lost-after",
    "not-leader",
    "timeout",
    "outcome-unknown",
    "unreadable",
    "overloaded",
    "busy",
    "too-many-requests",
    "too-many-readers",
  ])("on to another node after %s", async (fault) => {
    fail(1, fault);
    expect(await api.read("a")).toMatchObject({ status: 200 });
    expect(route()).toEqual(["1", "2"]);
  });

  test.each<Fault>(["busy", "too-many-requests", "too-many-readers"])(
    "nowhere once all nodes have enough to do: %s",
    async (fault) => {
      for (const node of [1, 2, 3]) fail(node, ...Array<Fault>(20).fill(fault));
      const full = await api.read("a");
      expect(full).toMatchObject(problem(503, fault));
      expect(full.headers.get("Retry-After")).toBe("1");
      expect(route()).toEqual(["1", "2", "3"]);
    },
  );

  test("nowhere once all copies are damaged", async () => {
    for (const node of [1, 2, 3]) fail(node, ...Array<Fault>(20).fill("unreadable"));
    expect(await api.read("a", "?timeout_ms=400")).toMatchObject(problem(503, "unreadable"));
  });

  test("to no node for ever", async () => {
    for (const node of [1, 2, 3]) api.nodes.down.add(`main/${node}`);
    expect(await api.read("a", "?timeout_ms=400")).toMatchObject(problem(503, "timeout"));
    expect(api.now).toBe(400);
  });
});

function onFirstSleep(api: Harness, run: () => void): void {
  const push = api.slept.push.bind(api.slept);
  api.slept.push = (ms) => {
    if (api.slept.length === 0) run();
    return push(ms);
  };
}
