import { beforeEach, describe, expect, test } from "vitest";
import { ROUNDS_MAX } from "../../src/api/event-stream.ts";
import { type Harness, problem, withLog } from "./harness.ts";

let api: Harness;
beforeEach(async () => {
  api = await withLog();
});

/** Reads the chunks of an event stream, as a client that is in no hurry. */
async function open(query = "", headers: Record<string, string> = {}) {
  const init = { headers: { Accept: "text/event-stream", ...headers } };
  const response = await api.request("GET", `/v1/logs/a/records${query}`, init);
  const reader = response.body?.getReader();
  if (reader === undefined) throw new Error("no body");
  const next = async () => {
    const { done, value } = await reader.read();
    return done ? undefined : new TextDecoder().decode(value);
  };
  return { response, next, cancel: () => reader.cancel() };
}

const waits = () =>
  api.nodes.asked.map(
    ({ request }) => request.kind === "query" && request.query.kind === "page" && request.query.waitMs,
  );

describe("an event stream", () => {
  test("gives what is there, then what comes", async () => {
    await api.appendRecords("a", { data: "one\ntwo" }, { json: 1 });
    const { clock: timestamp } = api.nodes;
    const stream = await open();
    expect(stream.response.headers.get("Content-Type")).toBe("text/event-stream");
    expect(await stream.next()).toBe(
      "retry: 500\n\n" +
        `id: 1\nevent: record\ndata: {"seq":0,"timestamp":${timestamp},"headers":{},"data":"one\\ntwo"}\n\n` +
        `id: 2\nevent: record\ndata: {"seq":1,"timestamp":${timestamp},"headers":{},"json":1}\n\n`,
    );
    expect(await stream.next()).toMatch(/^: /);
    await api.appendRecords("a", { data: "three" });
    expect(await stream.next()).toMatch(/^id: 3\nevent: record\ndata: \{"seq":2,/);
    await stream.cancel();
  });

  test("waits in every round but the first", async () => {
    api.nodes.asked.length = 0;
    const stream = await open();
    await stream.next();
    await stream.next();
    expect(waits()).toEqual([0, 15_000]);
    const eager = await open("?wait=100");
    await eager.next();
    await eager.next();
    expect(waits().slice(-2)).toEqual([0, 100]);
  });

  test("goes on after the last event that a client saw", async () => {
    await api.appendRecords("a", { data: "0" }, { data: "1" }, { data: "2" });
    const stream = await open("?from=earliest&limit=1", { "Last-Event-ID": "2" });
    expect(await stream.next()).toContain("id: 3\n");
    const bad = { headers: { Accept: "text/event-stream", "Last-Event-ID": "x" } };
    expect(await api.send("GET", "/v1/logs/a/records", bad)).toMatchObject(problem(400, "invalid-request"));
  });

  test("from the tail gives only what comes", async () => {
    await api.appendRecords("a", { data: "0" });
    const stream = await open("?from=tail");
    expect(await stream.next()).toBe("retry: 500\n\n: nothing yet\n\n");
    await api.appendRecords("a", { data: "1" });
    expect(await stream.next()).toContain('"seq":1,');
  });

  test("reads nothing that its client does not want yet", async () => {
    api.nodes.asked.length = 0;
    await open();
    expect(api.nodes.asked).toHaveLength(1);
  });

  test("ends after some rounds, and where the log does", async () => {
    const endless = await open();
    let rounds = 0;
    while ((await endless.next()) !== undefined) rounds++;
    expect(rounds).toBe(ROUNDS_MAX);
    const stream = await open();
    await stream.next();
    await api.send("DELETE", "/v1/logs/a");
    expect(await stream.next()).toBeUndefined();
  });

  test("that can't begin is a problem", async () => {
    const headers = { Accept: "text/event-stream" };
    expect(await api.send("GET", "/v1/logs/b/records", { headers })).toMatchObject(
      problem(404, "log-not-found"),
    );
    expect(await api.send("GET", "/v1/logs/a/records?from=1", { headers })).toMatchObject(
      problem(416, "beyond-tail"),
    );
  });
});
