import { describe, expect, test } from "vitest";
import { RECORD_BYTES_MAX } from "../../src/log/limits.ts";
import { MESSAGES_MAX } from "../../src/streams/messages.ts";
import { problem } from "../api/harness.ts";
import { bytes, endOf, json, plain, Streams } from "./streams.ts";

const closing = { "Stream-Closed": "true" };

function by(id: string, epoch: number | string, seq: number | string): Record<string, string> {
  return { ...plain, "Producer-Id": id, "Producer-Epoch": String(epoch), "Producer-Seq": String(seq) };
}

const progressOf = (headers: Headers) => ({
  epoch: headers.get("Producer-Epoch"),
  seq: headers.get("Producer-Seq"),
});

async function withStream(headers: Record<string, string> = plain, body?: string): Promise<Streams> {
  const api = new Streams();
  await api.put("a", headers, body);
  return api;
}

describe("a body", () => {
  test("is one record, which the native API returns as text if it is text", async () => {
    const api = await withStream(bytes);
    expect(endOf(await api.post("a", "žluť\n", bytes))).toMatchObject({ status: 204, next: 1 });
    expect(endOf(await api.post("a", Uint8Array.of(0, 255), bytes))).toMatchObject({ status: 204, next: 2 });
    const records = [{ data: "žluť\n" }, { base64: "AP8=" }];
    expect((await api.read("a")).json).toMatchObject({ records });
  });

  test("of JSON becomes one record, or one for each element of an array", async () => {
    const api = await withStream(json);
    await api.post("a", ' [{"a": 1}, [2], null] ', json);
    await api.post("a", '"b"', json);
    expect(await api.get("a")).toMatchObject({ text: '[{"a": 1},[2],null,"b"]' });
    const records = [{ json: { a: 1 } }, { json: [2] }, { json: null }, { json: "b" }];
    expect((await api.read("a")).json).toMatchObject({ records });
  });

  test.each(["[]", "[1", "{}{}", '["\\ud800"]', `${"[".repeat(200)}${"]".repeat(200)}`, "\u0000"])(
    "that is not JSON, or that can't be stored, is refused in a JSON stream: %j",
    async (body) => {
      const api = await withStream(json);
      expect(await api.post("a", body, json)).toMatchObject(problem(400, "invalid-body"));
      expect(await api.post("a", Uint8Array.of(0x22, 0xff, 0x22), json)).toMatchObject({ status: 400 });
      expect(endOf(await api.head("a"))).toMatchObject({ next: 0 });
    },
  );

  test("may be as long as a record, and no longer", async () => {
    const api = await withStream(bytes);
    expect(await api.post("a", new Uint8Array(RECORD_BYTES_MAX), bytes)).toMatchObject({ status: 204 });
    const longer = new Uint8Array(RECORD_BYTES_MAX + 1);
    expect(await api.post("a", longer, bytes)).toMatchObject(problem(413, "body-too-large"));
    const text = JSON.stringify(["a".repeat(RECORD_BYTES_MAX / 2), "b".repeat(RECORD_BYTES_MAX / 2)]);
    await api.put("b", json);
    expect(await api.post("b", text, json)).toMatchObject(problem(413, "batch-too-large"));
  });

  test("of JSON may have as many messages as a client gathers, and no more", async () => {
    const api = await withStream(json);
    const many = JSON.stringify(Array.from({ length: MESSAGES_MAX }, () => 1));
    expect(endOf(await api.post("a", many, json))).toMatchObject({ status: 204, next: MESSAGES_MAX });
    expect(await api.get("a")).toMatchObject({ text: many });
    const more = JSON.stringify(Array.from({ length: MESSAGES_MAX + 1 }, () => 1));
    expect(await api.post("a", more, json)).toMatchObject(problem(413, "too-many-records"));
  });

  test("needs a type, which must be the type of the stream", async () => {
    const api = await withStream(plain);
    expect(await api.post("a", "x", {})).toMatchObject(problem(400, "invalid-request"));
    expect(await api.post("a", "x", { "Content-Type": "?" })).toMatchObject(problem(400, "invalid-request"));
    expect(await api.post("a", "x", bytes)).toMatchObject(problem(409, "content-type-mismatch"));
    expect(await api.post("a", "1", json)).toMatchObject(problem(409, "content-type-mismatch"));
    expect(await api.post("a", "x", { "Content-Type": "TEXT/plain;charset=utf-8" })).toMatchObject({
      status: 204,
    });
  });

  test("is not empty, unless the request closes the stream", async () => {
    const api = await withStream(plain);
    expect(await api.post("a", "")).toMatchObject(problem(400, "invalid-body"));
    expect(await api.post("a", "", { "Stream-Closed": "no" })).toMatchObject(problem(400, "invalid-body"));
    expect(await api.post("a", "", { ...closing, "Content-Type": "?" })).toMatchObject({ status: 204 });
  });
});

describe("a writer's sequence", () => {
  test("grows byte by byte", async () => {
    const api = await withStream(plain);
    const append = async (seq: string) => (await api.post("a", "x", { ...plain, "Stream-Seq": seq })).status;
    const statuses: number[] = [];
    for (const seq of ["2", "10", "2", "a", "B"]) statuses.push(await append(seq));
    expect(statuses).toEqual([204, 409, 409, 204, 409]);
    expect(await append("é")).toBe(400);
    expect(await append("b".repeat(256))).toBe(400);
  });
});

describe("a producer", () => {
  test("learns from the status whether its batch was new, and gets its progress", async () => {
    const api = await withStream(plain);
    const first = await api.post("a", "x", by("p", 0, 0));
    expect(endOf(first)).toMatchObject({ status: 200, next: 1 });
    expect(progressOf(first.headers)).toEqual({ epoch: "0", seq: "0" });
    await api.post("a", "y", by("p", 0, 1));
    const again = await api.post("a", "x", by("p", 0, 0));
    expect(again.status).toBe(204);
    expect(progressOf(again.headers)).toEqual({ epoch: "0", seq: "1" });
    expect(await api.get("a")).toMatchObject({ text: "xy" });
  });

  test("that was replaced, or has lost a batch, gets the present progress", async () => {
    const api = await withStream(plain);
    await api.post("a", "x", by("p", 3, 0));
    const stale = await api.post("a", "x", by("p", 2, 9));
    expect(stale).toMatchObject(problem(403, "stale-producer-epoch"));
    expect(stale.headers.get("Producer-Epoch")).toBe("3");
    const gap = await api.post("a", "x", by("p", 3, 5));
    expect(gap).toMatchObject(problem(409, "producer-sequence-gap"));
    expect(gap.headers.get("Producer-Expected-Seq")).toBe("1");
    expect(gap.headers.get("Producer-Received-Seq")).toBe("5");
    expect(await api.post("a", "x", by("p", 4, 1))).toMatchObject(problem(400, "invalid-request"));
  });

  test("learns that its batch was stored, even if retention has removed it", async () => {
    const api = await withStream(plain);
    await api.post("a", "x", by("p", 0, 0));
    await api.post("a", "y", by("p", 0, 1));
    const trim = { headers: json, body: '{"before":2}' };
    expect(await api.send("POST", "/v1/logs/a/trim", trim)).toMatchObject({ status: 200 });
    await api.put("b");
    api.nodes.compact("main");
    const again = await api.post("a", "x", by("p", 0, 0));
    expect(endOf(again)).toMatchObject({ status: 204, next: 2, closed: false });
    expect(progressOf(again.headers)).toEqual({ epoch: "0", seq: "1" });
    expect(endOf(await api.close("a", by("p", 0, 0)))).toMatchObject({ status: 204, next: 2, closed: false });
  });

  test("learns in the same way that the stream is closed", async () => {
    const api = await withStream(plain);
    await api.post("a", "x", by("p", 0, 0));
    await api.post("a", "y", { ...by("p", 0, 1), ...closing });
    await api.send("POST", "/v1/logs/a/trim", { headers: json, body: '{"before":2}' });
    await api.put("b");
    api.nodes.compact("main");
    const again = await api.post("a", "x", by("p", 0, 0));
    expect(endOf(again)).toMatchObject({ status: 204, next: 2, closed: true });
    const other = await api.close("a", by("p", 0, 0));
    expect(other).toMatchObject(problem(409, "log-closed"));
    expect(endOf(other)).toMatchObject({ next: 2, closed: true });
  });

  test.each([
    ["", "0", "0"],
    ["p", "", "0"],
    ["p", "01", "0"],
    ["p", "0", "-1"],
    ["p", "0", "1.0"],
    ["p", "9007199254740992", "0"],
    ["p".repeat(256), "0", "0"],
  ])("can't have these headers: %j, %j, %j", async (id, epoch, seq) => {
    const api = await withStream(plain);
    expect(await api.post("a", "x", by(id, epoch, seq))).toMatchObject(problem(400, "invalid-request"));
  });

  test("can also close the stream, once", async () => {
    const api = await withStream(plain);
    const tuple = by("p", 0, 0);
    const last = await api.post("a", "x", { ...tuple, ...closing });
    expect(endOf(last)).toMatchObject({ status: 200, next: 1, closed: true });
    expect(endOf(await api.post("a", "y", { ...tuple, ...closing }))).toMatchObject({
      status: 204,
      next: 1,
      closed: true,
    });
    const other = await api.close("a", by("p", 0, 1));
    expect(other).toMatchObject(problem(409, "log-closed"));
    expect(endOf(other)).toMatchObject({ next: 1, closed: true });
    const later = await api.post("a", "z", by("p", 0, 5));
    expect(later).toMatchObject(problem(409, "log-closed"));
    expect(endOf(later)).toMatchObject({ next: 1, closed: true });
  });
});

describe("a closed stream", () => {
  test("tells every writer that it is closed, and where it ends", async () => {
    const api = await withStream(plain, "x");
    expect(endOf(await api.close("a"))).toMatchObject({ status: 204, next: 1, closed: true });
    expect(endOf(await api.close("a"))).toMatchObject({ status: 204, next: 1, closed: true });
    for (const headers of [plain, json, { ...plain, ...closing }, { ...plain, "Stream-Seq": "1" }]) {
      const refused = await api.post("a", "1", headers);
      expect(refused).toMatchObject(problem(409, "log-closed"));
      expect(endOf(refused)).toMatchObject({ next: 1, closed: true });
    }
    expect(endOf(await api.head("a"))).toMatchObject({ status: 200, next: 1, closed: true });
  });
});

test("a deleted stream is gone, also while its forks need its records", async () => {
  const api = await withStream(plain, "x");
  await api.put("b", { "Stream-Forked-From": "/v1/stream/a" });
  expect(await api.send("DELETE", "/v1/stream/a")).toMatchObject({ status: 204, text: "" });
  for (const method of ["GET", "HEAD", "DELETE"])
    expect(await api.send(method, "/v1/stream/a")).toMatchObject({ status: 410 });
  expect(await api.post("a", "y")).toMatchObject(problem(410, "log-gone"));
  expect(await api.get("b")).toMatchObject({ status: 200, text: "x" });
  expect(await api.send("DELETE", "/v1/stream/b")).toMatchObject({ status: 204 });
  expect(await api.send("DELETE", "/v1/stream/a")).toMatchObject(problem(404, "log-not-found"));
});
