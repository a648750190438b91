import { describe, expect, test } from "vitest";
import { problem } from "../api/harness.ts";
import { bytes, endOf, from, json, plain, Streams } from "./streams.ts";

const kept = "public, max-age=60, stale-while-revalidate=300";

async function withRecords(count: number): Promise<Streams> {
  const api = new Streams();
  await api.put("a", plain);
  for (let at = 0; at < count; at++) await api.post("a", `${at};`);
  return api;
}

describe("a read", () => {
  test("begins at the first record, at the end, or where another read ended", async () => {
    const api = await withRecords(3);
    for (const query of ["", "?offset=-1", from(0)])
      expect(await api.get("a", query)).toMatchObject({ status: 200, text: "0;1;2;" });
    expect(await api.get("a", from(2))).toMatchObject({ text: "2;" });
    for (const query of ["?offset=now", from(3)]) {
      const empty = await api.get("a", query);
      expect(empty).toMatchObject({ status: 200, text: "" });
      expect(endOf(empty)).toMatchObject({ next: 3, upToDate: true, closed: false });
      expect(empty.headers.get("Content-Type")).toBe("text/plain");
    }
  });

  test.each([
    "?offset=",
    "?offset=0",
    "?offset=-2",
    "?offset=NOW",
    "?offset=-1&offset=-1",
    "?offset=0000000000000001_0000000000000001",
    "?live=long-poll",
    "?live=sse",
    "?offset=-1&live=",
    "?offset=-1&live=true",
    "?offset=-1&live=sse&live=sse",
    "?offset=now&live=long-poll&cursor=x",
    "?offset=now&live=long-poll&cursor=-1",
    "?offset=now&live=long-poll&cursor=9007199254740991",
    from(4),
    from(4, "&live=long-poll"),
    from(4, "&live=sse"),
  ])("can't have this query: %s", async (query) => {
    const api = await withRecords(3);
    expect(await api.get("a", query)).toMatchObject(problem(400, "invalid-request"));
  });

  test("from a trimmed position is refused, but not from the beginning", async () => {
    const api = await withRecords(3);
    await api.send("POST", "/v1/logs/a/trim", { headers: json, body: '{"before":2}' });
    for (const live of ["", "&live=long-poll", "&live=sse"])
      expect(await api.get("a", from(1, live))).toMatchObject(problem(410, "trimmed"));
    expect(await api.get("a", "?offset=-1")).toMatchObject({ status: 200, text: "2;" });
  });

  test("of much data is cut into pages up to the end", async () => {
    const api = new Streams();
    await api.put("a", bytes);
    const chunk = (at: number): Uint8Array<ArrayBuffer> => new Uint8Array(600_000).fill(at);
    for (let at = 0; at < 4; at++) await api.post("a", chunk(at), bytes);
    await api.close("a");
    const found: number[] = [];
    let next: number | null = 0;
    for (let isAll = false; !isAll; ) {
      const response = await api.request("GET", `/v1/stream/a${from(next ?? 0)}`);
      const body = new Uint8Array(await response.arrayBuffer());
      const end = endOf({ status: response.status, headers: response.headers, text: "", json: undefined });
      expect(body.length).toBeLessThanOrEqual(1_200_000);
      found.push(...body.filter((_, at) => at % 600_000 === 0));
      expect(end.closed).toBe(end.upToDate);
      ({ next, upToDate: isAll } = end);
    }
    expect(found).toEqual([0, 1, 2, 3]);
  });

  test("returns as JSON what the native API appended to a JSON log", async () => {
    const api = new Streams();
    await api.put("a", json, "[]");
    expect(await api.get("a")).toMatchObject({ text: "[]" });
    await api.appendRecords("a", { json: { b: [1] } }, { json: "ž" });
    expect(await api.get("a")).toMatchObject({ text: '[{"b":[1]},"ž"]' });
  });

  test("returns bytes if the native API created the log without a type", async () => {
    const api = new Streams();
    await api.send("PUT", "/v1/logs/a");
    await api.appendRecords("a", { data: "x" }, { json: [1] }, { base64: "/w==" });
    const response = await api.request("GET", "/v1/stream/a");
    expect(response.headers.get("Content-Type")).toBe("application/octet-stream");
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0x78, 0x5b, 0x31, 0x5d, 0xff]);
  });
});

describe("caching of a read", () => {
  test("is allowed unless the answer says where an open stream ends", async () => {
    const api = await withRecords(3);
    const control = async (query: string, headers = {}) =>
      (await api.get("a", query, headers)).headers.get("Cache-Control");
    expect(await control("?offset=-1")).toBe("no-cache");
    expect(await control("?offset=now")).toBe("no-store");
    expect((await api.head("a")).headers.get("Cache-Control")).toBe("no-store");
    expect(await control(from(0, "&live=long-poll"))).toBe(kept);
    await api.close("a");
    expect(await control("?offset=-1")).toBe(kept);
    expect(await control("?offset=-1", { Authorization: "Bearer x" })).toBe(
      kept.replace("public", "private"),
    );
    expect(await control("?offset=now")).toBe("no-store");
    expect((await api.get("b")).headers.get("Cache-Control")).toBe("no-store");
  });

  test("saves sending the same answer again", async () => {
    const api = await withRecords(1);
    const first = await api.get("a");
    const etag = first.headers.get("ETag") ?? "";
    const again = await api.get("a", "", { "If-None-Match": `"x", W/${etag}` });
    expect(again).toMatchObject({ status: 304, text: "" });
    expect(again.headers.get("ETag")).toBe(etag);
    expect(endOf(again)).toMatchObject({ next: 1, upToDate: true });
    await api.close("a");
    expect(endOf(await api.get("a", "", { "If-None-Match": etag }))).toMatchObject({
      status: 200,
      closed: true,
    });
  });

  test("does not carry over to the next life of a stream", async () => {
    const api = new Streams();
    await api.put("a", plain);
    const etag = (await api.get("a")).headers.get("ETag") ?? "";
    await api.send("DELETE", "/v1/stream/a");
    await api.put("a", plain);
    expect(await api.get("a", "", { "If-None-Match": etag })).toMatchObject({ status: 200 });
  });

  test("is not allowed for a read from now on", async () => {
    const api = await withRecords(1);
    expect((await api.get("a", "?offset=now")).headers.get("ETag")).toBeNull();
    expect(await api.get("a", "?offset=now", { "If-None-Match": "*" })).toMatchObject({ status: 200 });
  });
});
