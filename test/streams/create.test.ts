import { describe, expect, test } from "vitest";
import { FORK_DEPTH_MAX } from "../../src/log/limits.ts";
import { formatOffset } from "../../src/streams/offset.ts";
import { problem } from "../api/harness.ts";
import { bytes, endOf, json, plain, Streams } from "./streams.ts";

const forkOf = (name: string, anchor?: number, subOffset?: number) => ({
  "Stream-Forked-From": `/v1/stream/${name}`,
  ...(anchor === undefined ? {} : { "Stream-Fork-Offset": formatOffset(anchor) }),
  ...(subOffset === undefined ? {} : { "Stream-Fork-Sub-Offset": String(subOffset) }),
});

describe("a stream that is created", () => {
  test("exists, with its type, its first records and its end", async () => {
    const api = new Streams();
    const created = await api.put("a/b", { "Content-Type": "Text/CSV; header=present" }, "x,y");
    expect(endOf(created)).toMatchObject({ status: 201, next: 1, closed: false });
    expect(created.headers.get("Content-Type")).toBe("text/csv");
    expect(created.headers.get("Location")).toBe("http://timberline.localhost/v1/stream/a/b");
    expect(await api.get("a/b")).toMatchObject({ status: 200, text: "x,y" });
  });

  test("without a type is a stream of bytes", async () => {
    const api = new Streams();
    expect((await api.put("a")).headers.get("Content-Type")).toBe("application/octet-stream");
    expect((await api.put("a", bytes)).status).toBe(200);
  });

  test.each(["text", "text/", "/plain", "text/plain/x", "text plain", "t(xt/plain", `a/${"b".repeat(255)}`])(
    "can't have this type: %s",
    async (type) => {
      const answer = await new Streams().put("a", { "Content-Type": type });
      expect(answer).toMatchObject(problem(400, "invalid-request"));
    },
  );

  test("again is found if it is as requested, and refused if it is not", async () => {
    const api = new Streams();
    const wanted = { ...plain, "Stream-TTL": "60" };
    await api.put("a", wanted, "x");
    const found = await api.put("a", wanted, "another body");
    expect(endOf(found)).toMatchObject({ status: 200, next: 1 });
    expect(found.headers.get("Location")).toBeNull();
    for (const other of [plain, { ...wanted, "Stream-TTL": "61" }, { ...wanted, "Stream-Closed": "TRUE" }])
      expect(await api.put("a", other)).toMatchObject(problem(409, "log-exists"));
    expect(await api.get("a")).toMatchObject({ text: "x" });
  });

  test("closed is complete from the beginning", async () => {
    const api = new Streams();
    const headers = { ...plain, "Stream-Closed": "True" };
    expect(endOf(await api.put("a", headers, "all"))).toMatchObject({ status: 201, next: 1, closed: true });
    expect(endOf(await api.put("a", headers, "all"))).toMatchObject({ status: 200, next: 1, closed: true });
    expect(await api.put("a", plain)).toMatchObject(problem(409, "log-exists"));
    for (const other of ["false", "yes", "1", ""])
      expect(endOf(await api.put(`b${other}`, { ...plain, "Stream-Closed": other }))).toMatchObject({
        closed: false,
      });
  });

  test("of JSON begins with the elements of an array, if there are any", async () => {
    const api = new Streams();
    expect(endOf(await api.put("a", json, "[]"))).toMatchObject({ status: 201, next: 0 });
    expect(endOf(await api.put("b", json, "[1,[2]]"))).toMatchObject({ status: 201, next: 2 });
    expect(await api.put("c", json, "[1")).toMatchObject(problem(400, "invalid-body"));
    expect(await api.head("c")).toMatchObject({ status: 404 });
  });

  test("under a deleted name continues where the old stream ended", async () => {
    const api = new Streams();
    await api.put("a", plain, "old");
    await api.send("DELETE", "/v1/stream/a");
    expect(endOf(await api.put("a", plain))).toMatchObject({ status: 201, next: 1 });
    expect(await api.get("a", `?offset=${formatOffset(0)}`)).toMatchObject(problem(410, "trimmed"));
    expect(await api.get("a", "?offset=-1")).toMatchObject({ status: 200, text: "" });
  });

  test("reports when it expires", async () => {
    const api = new Streams();
    await api.put("a", { ...plain, "Stream-TTL": "60" });
    expect((await api.head("a")).headers.get("Stream-TTL")).toBe("60");
    await api.put("b", { ...plain, "Stream-Expires-At": "2100-01-02T03:04:05+01:00" });
    expect((await api.head("b")).headers.get("Stream-Expires-At")).toBe("2100-01-02T02:04:05.000Z");
  });

  test("is gone when it has expired, and only reading postpones that", async () => {
    const api = new Streams();
    await api.put("a", { ...plain, "Stream-TTL": "60" }, "x");
    api.nodes.clock += 50_000;
    expect(await api.get("a", "?offset=now")).toMatchObject({ status: 200 });
    api.nodes.clock += 50_000;
    expect(await api.head("a")).toMatchObject({ status: 200 });
    api.nodes.clock += 50_000;
    expect(await api.head("a")).toMatchObject({ status: 404 });
    expect(await api.get("a")).toMatchObject(problem(404, "log-not-found"));
  });
});

describe("a fork", () => {
  test("has the records and the settings of its source", async () => {
    const api = new Streams();
    await api.put("a", { ...json, "Stream-TTL": "60" }, "[1,2,3]");
    const fork = await api.put("b", forkOf("a", 2), "[4]");
    expect(endOf(fork)).toMatchObject({ status: 201, next: 3 });
    expect(await api.get("b")).toMatchObject({ json: [1, 2, 4] });
    expect((await api.head("b")).headers.get("Stream-TTL")).toBe("60");
    expect(await api.get("a")).toMatchObject({ json: [1, 2, 3] });
  });

  test("within a record of bytes begins with a part of it, as a record of its own", async () => {
    const api = new Streams();
    await api.put("a", plain, "one");
    await api.post("a", "žluť");
    expect(endOf(await api.put("b", forkOf("a", 1, 4), "!"))).toMatchObject({ status: 201, next: 3 });
    const whole = await api.request("GET", "/v1/stream/b");
    // Four bytes of "žluť" are two and a half characters: it is cut between bytes.
    expect(new Uint8Array(await whole.arrayBuffer())).toEqual(new TextEncoder().encode("onežlu!"));
    expect(await api.put("c", forkOf("a", 1, 7))).toMatchObject(problem(400, "invalid-request"));
  });

  test.each([
    ["beyond the end", 4, undefined],
    ["beyond it by messages", 3, 1],
    ["far beyond it", 0, Number.MAX_SAFE_INTEGER],
    ["beyond it, without an offset", undefined, 1],
  ])("can't begin at a position that its source does not reach: %s", async (_, anchor, subOffset) => {
    const api = new Streams();
    await api.put("a", json, "[1,2,3]");
    expect(await api.put("b", forkOf("a", anchor, subOffset))).toMatchObject(problem(400, "invalid-request"));
    expect(await api.head("b")).toMatchObject({ status: 404 });
  });

  test.each([
    "a",
    "/v1/stream/",
    "/v1/logs/a",
    "/v1/clusters/c/stream/a",
    "/v1/stream/_a",
    "http://x/v1/stream/a",
  ])("can't have this source: %s", async (path) => {
    const api = new Streams();
    await api.put("a", plain, "x");
    const headers = { "Stream-Forked-From": path };
    expect(await api.put("b", headers)).toMatchObject(problem(400, "invalid-request"));
  });

  test("finds its source by its name in the cluster, in each way to write it", async () => {
    const api = new Streams();
    await api.put("a/b", plain, "x");
    for (const [at, path] of ["/v1/stream/a%2Fb", "/v1/clusters/main/stream/a/b"].entries())
      expect(await api.put(`c${at}`, { "Stream-Forked-From": path })).toMatchObject({ status: 201 });
  });

  test("with another type than its source is refused", async () => {
    const api = new Streams();
    await api.put("a", plain, "x");
    expect(await api.put("b", { ...json, ...forkOf("a") }, "[]")).toMatchObject(
      problem(409, "content-type-mismatch"),
    );
  });

  test("is found again even after its source was deleted, but then no other fork of it is created", async () => {
    const api = new Streams();
    await api.put("a", plain, "hello");
    const wanted = { ...plain, ...forkOf("a", 0, 3) };
    await api.put("b", wanted);
    await api.send("DELETE", "/v1/stream/a");
    expect(endOf(await api.put("b", wanted))).toMatchObject({ status: 200, next: 1 });
    expect(endOf(await api.put("b", forkOf("a", 0, 3)))).toMatchObject({ status: 200, next: 1 });
    expect(await api.put("c", wanted)).toMatchObject(problem(409, "source-gone"));
    expect(await api.put("a", plain)).toMatchObject(problem(409, "log-exists"));
    expect(await api.get("b")).toMatchObject({ text: "hel" });
  });

  test("at the end of too long a chain of forks is refused", async () => {
    const api = new Streams();
    await api.put("f0", plain, "x");
    for (let i = 1; i <= FORK_DEPTH_MAX; i += 1) await api.put(`f${i}`, forkOf(`f${i - 1}`));
    const deeper = await api.put("deeper", forkOf(`f${FORK_DEPTH_MAX}`));
    expect(deeper).toMatchObject(problem(422, "fork-too-deep", { depth_max: FORK_DEPTH_MAX }));
    expect(await api.head("deeper")).toMatchObject({ status: 404 });
  });

  test("of a stream that does not exist is refused", async () => {
    const api = new Streams();
    expect(await api.put("b", forkOf("a", 0, 3))).toMatchObject(problem(404, "source-not-found"));
  });
});
