import { beforeEach, describe, expect, test } from "vitest";
import { type Harness, problem, withLog } from "../api/harness.ts";

let api: Harness;
beforeEach(async () => {
  api = await withLog();
  await api.appendRecords("a", { data: "0" }, { data: "1" });
  await api.appendRecords("a", { data: "2" }, { data: "3" });
});

const json = "application/json";
const kinds = { [json]: "json", "application/x-ndjson": "ndjson", "application/octet-stream": "raw" };
const read = (query: string, ifNoneMatch: string | null = null, accept = json) => {
  const headers = { Accept: accept, ...(ifNoneMatch === null ? {} : { "If-None-Match": ifNoneMatch }) };
  return api.send("GET", `/v1/logs/a/records?${query}`, { headers });
};
const etag = async (query: string, accept = json) =>
  (await read(query, null, accept)).headers.get("ETag") ?? "";
const readsOf = (kind: string) =>
  api.nodes.asked.filter(({ request }) => request.kind === "query" && request.query.kind === kind);

describe("a page may be kept", () => {
  test.each([
    "from=0&limit=2",
    "from=1&until=3",
    "from=0&max_bytes=1",
    "from=2&until=2",
    "from=0&limit=2&wait=9",
  ])("when it ends before the tail: %s", async (query) => {
    const { headers } = await read(query);
    expect(headers.get("Cache-Control")).toBe("private, max-age=31536000, immutable");
    expect(headers.get("ETag")).toMatch(/^W\/"[\w.]+"$/);
    expect(headers.get("Vary")).toBe("Accept, Authorization");
  });

  test.each([
    "from=0",
    "from=0&limit=4",
    "from=0&until=4",
    "limit=2",
    "from=-4&limit=2",
    "from=time:0&limit=2",
  ])("but not when it may grow, or begins elsewhere tomorrow: %s", async (query) => {
    const { headers } = await read(query);
    expect([headers.get("Cache-Control"), headers.get("ETag")]).toEqual(["no-store", null]);
  });

  test("byte for byte, in the formats that say nothing of the tail", async () => {
    for (const accept of [
      "application/x-ndjson",
      "application/vnd.timberline.records",
      "application/octet-stream",
    ]) {
      const before = await read("from=0&limit=1", null, accept);
      await api.appendRecords("a", { data: "more" });
      const after = await read("from=0&limit=1", null, accept);
      expect(before.headers.get("ETag")).toMatch(/^"[\w.]+"$/);
      expect([after.text, after.headers.get("ETag")]).toEqual([before.text, before.headers.get("ETag")]);
    }
  });
});

describe("If-None-Match", () => {
  test("is answered without reading the records, while they are there", async () => {
    for (const [accept, format] of Object.entries(kinds)) {
      const query = "from=1&limit=1";
      const tag = await etag(query, accept);
      expect(tag).toContain(`${format}"`);
      api.nodes.asked.length = 0;
      const kept = await read(query, tag, accept);
      expect([kept.status, kept.text, kept.headers.get("ETag")]).toEqual([304, "", tag]);
      expect(kept.headers.get("Cache-Control")).toContain("immutable");
      expect(kept.headers.get("Timberline-Tail")).toBe("4");
      expect([readsOf("page").length, readsOf("describe").length]).toEqual([0, 1]);
    }
  });

  test("is one of a list, weak or strong (RFC 9110 §13.1.2)", async () => {
    const tag = await etag("from=0&limit=2");
    for (const tags of [`"x", ${tag}`, tag.replace("W/", ""), `${tag} , W/"y"`])
      expect((await read("from=0&limit=2", tags)).status).toBe(304);
  });

  test("of another question is no match", async () => {
    const tag = await etag("from=0&limit=2");
    for (const other of [
      "from=1&limit=2",
      "from=0&limit=3",
      "from=0&limit=2&until=3",
      "from=0&limit=2&max_bytes=9",
    ])
      expect((await read(other, tag)).status).toBe(200);
    expect((await read("from=0&limit=2", tag, "application/x-ndjson")).status).toBe(200);
    for (const odd of ["*", "", '""', '"', "x", '"1.0..2.1048576.json', ",,"])
      expect((await read("from=0&limit=2", odd)).status).toBe(200);
  });

  test("of what is trimmed says that it is gone", async () => {
    const [first, second] = [await etag("from=0&limit=1"), await etag("from=2&limit=1")];
    await api.sendJson("POST", "/v1/logs/a/trim", { before: 2 });
    expect(await read("from=0&limit=1", first)).toMatchObject(problem(410, "trimmed", { earliest: 2 }));
    expect((await read("from=2&limit=1", second)).status).toBe(304);
  });

  test("of an earlier life of the log is not of this one", async () => {
    const tag = await etag("from=0&limit=2");
    await api.send("DELETE", "/v1/logs/a");
    expect(await read("from=0&limit=2", tag)).toMatchObject(problem(404, "log-not-found"));
    await api.send("PUT", "/v1/logs/a");
    await api.appendRecords("a", { data: "new" }, { data: "newer" }, { data: "newest" });
    expect(await read("from=0&limit=2", tag)).toMatchObject(problem(410, "trimmed"));
    const other = await etag("from=4&limit=2");
    const forged = tag.replace(/\.0\.\./, ".4..");
    expect(other).not.toBe(forged);
    expect((await read("from=4&limit=2", forged)).status).toBe(200);
    expect((await read("from=4&limit=2", other)).status).toBe(304);
  });
});
