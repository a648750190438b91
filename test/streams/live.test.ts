import { sign } from "hono/jwt";
import { describe, expect, test } from "vitest";
import { CLOCK_TOLERANCE_S } from "../../src/http/signed-token.ts";
import { LONG_POLL_MS } from "../../src/streams/live.ts";
import { formatOffset } from "../../src/streams/offset.ts";
import { problem } from "../api/harness.ts";
import { bytes, endOf, from, json, plain, Streams } from "./streams.ts";

const longPoll = "&live=long-poll";

async function withStream(headers: Record<string, string> = plain): Promise<Streams> {
  const api = new Streams();
  await api.put("a", headers, "x");
  return api;
}

/** Two records arrive, and the first of them is trimmed. */
async function appendAndTrim(api: Streams): Promise<void> {
  await api.post("a", "y");
  await api.post("a", "z");
  await api.send("POST", "/v1/logs/a/trim", { headers: json, body: '{"before":2}' });
}

describe("a long poll", () => {
  test("returns existing records at once", async () => {
    const api = await withStream();
    const answer = await api.get("a", from(0, longPoll));
    expect(answer).toMatchObject({ status: 200, text: "x" });
    expect(endOf(answer)).toMatchObject({ next: 1, upToDate: true, closed: false });
    expect(answer.headers.get("Stream-Cursor")).toMatch(/^[0-9]+$/);
    expect(api.now).toBe(0);
  });

  test("returns records that arrive while it waits", async () => {
    const api = await withStream();
    api.meanwhile.push(() => api.post("a", "y"));
    expect(await api.get("a", `?offset=now${longPoll}`)).toMatchObject({ status: 200, text: "y" });
  });

  test("ends empty when its time is over, with a cursor other than the old one", async () => {
    const api = await withStream();
    const answer = await api.get("a", from(1, `${longPoll}&cursor=7`));
    expect(answer).toMatchObject({ status: 204, text: "" });
    expect(endOf(answer)).toMatchObject({ next: 1, upToDate: true, closed: false });
    expect(Number(answer.headers.get("Stream-Cursor"))).toBeGreaterThan(7);
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    expect(api.now).toBe(LONG_POLL_MS);
  });

  test("continues to wait if the stream changed without new records", async () => {
    const api = await withStream();
    const idle = (): Promise<unknown> => Promise.resolve();
    api.meanwhile.push(idle, idle, () => api.post("a", "y"));
    expect(await api.get("a", from(1, longPoll))).toMatchObject({ status: 200, text: "y" });
  });

  test("does not wait for a closed stream, and ends when the stream is closed meanwhile", async () => {
    const api = await withStream();
    api.meanwhile.push(() => api.close("a"));
    expect(endOf(await api.get("a", from(1, longPoll)))).toEqual({
      ...{ status: 204, next: 1 },
      ...{ upToDate: true, closed: true },
    });
    const { now } = api;
    expect(endOf(await api.get("a", from(1, longPoll)))).toMatchObject({ status: 204, closed: true });
    expect(endOf(await api.get("a", from(0, longPoll)))).toMatchObject({ status: 200, closed: true });
    expect(api.now).toBe(now);
  });

  test("returns the last record together with the closing", async () => {
    const api = await withStream();
    api.meanwhile.push(() => api.post("a", "z", { ...plain, "Stream-Closed": "true" }));
    const answer = await api.get("a", from(1, longPoll));
    expect(answer).toMatchObject({ status: 200, text: "z" });
    expect(endOf(answer)).toMatchObject({ next: 2, closed: true });
  });

  test("ends with the stream", async () => {
    const api = await withStream();
    api.meanwhile.push(() => api.send("DELETE", "/v1/stream/a"));
    expect(await api.get("a", from(1, longPoll))).toMatchObject(problem(404, "log-not-found"));
  });

  test("says if records that arrived meanwhile are already trimmed", async () => {
    const api = await withStream();
    api.meanwhile.push(() => appendAndTrim(api));
    expect(await api.get("a", from(1, longPoll))).toMatchObject(problem(410, "trimmed"));
  });

  test("keeps a stream alive that would expire before its wait is over", async () => {
    const api = await withStream({ ...plain, "Stream-TTL": "4" });
    for (let at = 0; at < 12; at++) {
      api.meanwhile.push(async () => {
        api.nodes.clock += 2_000;
      });
    }
    expect(await api.get("a", from(1, longPoll))).toMatchObject({ status: 204 });
    expect(await api.head("a")).toMatchObject({ status: 200 });
  });
});

describe("server-sent events", () => {
  const sse = "&live=sse";

  test("end when the token expires", async () => {
    const secret = "a-secret";
    const exp = Math.floor(Date.now() / 1_000) + 20;
    const token = await sign({ actions: ["admin", "read"], prefix: "", exp }, secret, "HS256");
    const api = new Streams({ JWT_SECRET: secret });
    await api.put("a", { ...plain, Authorization: `Bearer ${token}` }, "x");
    api.now = exp * 1_000 - 20_000;
    const { status, text } = await api.get("a", `?offset=-1${sse}&access_token=${token}`);
    expect([status, text.match(/^data:x$/gm)]).toEqual([200, ["data:x"]]);
    expect(api.now).toBe((exp + CLOCK_TOLERANCE_S) * 1_000);
  });

  test("continue to the end of a closed stream", async () => {
    const api = await withStream();
    api.meanwhile.push(
      () => api.post("a", "y"),
      () => api.post("a", "z", { ...plain, "Stream-Closed": "true" }),
    );
    const { status, headers, text } = await api.get("a", `?offset=-1${sse}`);
    expect(status).toBe(200);
    expect(headers.get("Content-Type")).toBe("text/event-stream");
    expect(headers.get("Cache-Control")).toBe("no-cache");
    expect(headers.get("Stream-SSE-Data-Encoding")).toBeNull();
    const events = text.split("\n\n").map((event) => event.split("\n"));
    expect(events.map(([name, data]) => (name === "event: data" ? data : name))).toEqual([
      ...["data:x", "event: control", "data:y", "event: control", "data:z", "event: control", ""],
    ]);
    expect(text.match(/streamClosed/g)).toHaveLength(1);
  });

  test("show no half characters, and continue before them for a reader that returns", async () => {
    const api = await withStream();
    const [one, two] = [Uint8Array.of(0x79, 0xe2, 0x82), Uint8Array.of(0xac, 0x7a)];
    await api.post("a", one);
    api.meanwhile.push(() => api.post("a", two));
    const { text } = await api.get("a", `?offset=-1${sse}`);
    expect(text).not.toContain("\ufffd");
    expect([...text.matchAll(/^data:([^{\n]+)$/gm)].map(([, data]) => data)).toEqual(["xy", "€z"]);
    const offsets = [...text.matchAll(/"streamNextOffset":"([^"]+)"/g)].map(([, offset]) => offset ?? "");
    expect(offsets.slice(0, 2)).toEqual([formatOffset(1, 1), formatOffset(3)]);
    // From there every form of reading returns the rest, and a fork has the part that was sent.
    await api.close("a");
    const back = await api.get("a", `?offset=${offsets[0]}${sse}`);
    expect(back.text).toMatch(/^event: data\ndata:€z\n\nevent: control\n/);
    for (const live of ["", longPoll]) {
      const rest = await api.get("a", `?offset=${offsets[0]}${live}`);
      expect(rest).toMatchObject({ status: 200, text: "€z" });
      expect(endOf(rest)).toMatchObject({ next: 3, closed: true });
      const whole = await api.get("a", from(1, live));
      expect(whole.text).toBe("y€z");
      expect(rest.headers.get("ETag")).not.toBe(whole.headers.get("ETag"));
    }
    const fork = { "Stream-Forked-From": "/v1/stream/a", "Stream-Fork-Offset": offsets[0] ?? "" };
    expect(endOf(await api.put("f", fork, "!"))).toMatchObject({ status: 201, next: 3 });
    expect(await api.get("f")).toMatchObject({ text: "xy!" });
    expect(await api.get("f", `?offset=${offsets[0]}`)).toMatchObject({ text: "!" });
    expect(endOf(await api.put("f", fork, "!"))).toMatchObject({ status: 200 });
  });

  test("can have ended at no other byte of a record, and at none within a record that is not text", async () => {
    const api = await withStream();
    await api.post("a", Uint8Array.of(0x79, 0xe2, 0x82));
    await api.put("b", bytes, Uint8Array.of(0x79, 0xe2, 0x82));
    await api.put("j", json, "[1,2]");
    const refused = problem(400, "invalid-request");
    for (const live of ["", longPoll, sse]) {
      for (const [name, seq, byte] of [
        ["a", 1, 2],
        ["a", 1, 4],
        ["a", 0, 2],
        ["a", 2, 1],
        ["b", 0, 1],
        ["j", 0, 1],
      ] as const)
        expect(await api.get(name, `?offset=${formatOffset(seq, byte)}${live}`)).toMatchObject(refused);
    }
    const fork = { "Stream-Forked-From": "/v1/stream/j", "Stream-Fork-Offset": formatOffset(0, 1) };
    expect(await api.put("f", fork)).toMatchObject(refused);
    expect(await api.head("f")).toMatchObject({ status: 404 });
  });

  test("end after a minute, with signs of life in between", async () => {
    const api = await withStream(json);
    await api.put("a", json);
    const { text } = await api.get("a", `?offset=now${sse}`);
    expect(text.match(/event: control/g)?.length).toBeGreaterThan(3);
    expect(text).not.toContain("event: data");
    expect(api.now).toBe(60_000);
  });

  test("have cursors above the reader's, which never go back", async () => {
    const api = await withStream();
    const { text } = await api.get("a", from(0, `${sse}&cursor=5`));
    const cursors = [...text.matchAll(/"streamCursor":"(\d+)"/g)].map(([, cursor]) => Number(cursor));
    expect(cursors.length).toBeGreaterThan(3);
    expect(cursors[0]).toBeGreaterThan(5);
    expect(cursors).toEqual(cursors.toSorted((a, b) => a - b));
  });

  test("of bytes are in base64, and say so", async () => {
    const api = await withStream(bytes);
    await api.close("a");
    const { headers, text } = await api.get("a", `?offset=-1${sse}`);
    expect(headers.get("Stream-SSE-Data-Encoding")).toBe("base64");
    expect(text).toContain("event: data\ndata:eA==\n\nevent: control\n");
  });

  test("end with the stream, without an event for it", async () => {
    const api = await withStream();
    api.meanwhile.push(() => api.send("DELETE", "/v1/stream/a"));
    const { text } = await api.get("a", from(1, sse));
    expect(text.match(/event: control/g)).toHaveLength(1);
    expect(text).not.toContain("streamClosed");
  });

  test("do not skip records that are trimmed before they were sent", async () => {
    const api = await withStream();
    api.meanwhile.push(() => appendAndTrim(api));
    const { text } = await api.get("a", from(1, sse));
    expect(text.match(/event: control/g)).toHaveLength(1);
    expect(text).not.toContain("event: data");
  });

  test("end when another life of the stream begins, which may have another type", async () => {
    const api = await withStream();
    api.meanwhile.push(async () => {
      await api.send("DELETE", "/v1/stream/a");
      await api.put("a", bytes, new Uint8Array([255]));
    });
    const { text } = await api.get("a", from(1, sse));
    expect(text.match(/event: control/g)).toHaveLength(1);
    expect(text).not.toContain("event: data");
  });
});
