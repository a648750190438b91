import { beforeEach, describe, expect, test } from "vitest";
import { JSON_BODY_BYTES_MAX } from "../../../src/http/append-body.ts";
import { BATCH_BYTES_MAX, HEADERS_MAX, RECORD_BYTES_MAX } from "../../../src/log/limits.ts";
import { type Harness, problem, withLog } from "../harness.ts";

let api: Harness;
beforeEach(async () => {
  api = await withLog();
});

const producer = (epoch: number | string, seq: number | string, id = "p") => ({
  "Producer-Id": id,
  "Producer-Epoch": String(epoch),
  "Producer-Seq": String(seq),
});

const data = { data: "x" };

describe("what editors and other systems add to JSON", () => {
  const mark = "\u{feff}";

  test.each([
    ["a byte-order mark", `${mark}{"data":"x"}\n{"data":"y"}`],
    ["blank lines", '\n{"data":"x"}\n\n  \n{"data":"y"}\n\n'],
    ["carriage returns", '{"data":"x"}\r\n{"data":"y"}\r\n'],
    ["all of them", `${mark}\r\n{"data":"x"}\r\n\r\n{"data":"y"}`],
  ])("is no record of NDJSON: %s", async (_, body) => {
    const { json } = await api.append("a", body, { "Content-Type": "application/x-ndjson" });
    expect(json).toMatchObject({ start: 0, end: 2 });
    expect((await api.read("a")).json.records).toMatchObject([{ data: "x" }, { data: "y" }]);
  });

  test("a thousand records may have blank lines between them, and one more is refused", async () => {
    const headers = { "Content-Type": "application/x-ndjson" };
    const body = '{"data":"x"}\n\n'.repeat(1_000);
    expect((await api.append("a", body, headers)).json).toMatchObject({ start: 0, end: 1_000 });
    expect(await api.append("a", `${body}{"data":"x"}`, headers)).toMatchObject(
      problem(413, "too-many-records"),
    );
  });

  test("a byte-order mark before a JSON body is ignored in all faces", async () => {
    const json = { "Content-Type": "application/json" };
    const send = (method: string, path: string, body: string) =>
      api.send(method, path, { body: mark + body, headers: json });
    expect((await api.append("a", `${mark}{"records":[{"json":1}]}`)).status).toBe(200);
    expect((await send("PUT", "/v1/logs/a", '{"retention":{}}')).status).toBe(200);
    expect((await send("PUT", "/v1/logs/a/consumers/c", '{"position":0}')).status).toBe(200);
    expect((await send("PUT", "/v1/stream/s", "[1]")).status).toBe(201);
    expect((await send("POST", "/v1/stream/s", "[2]")).status).toBe(204);
    expect((await api.send("GET", "/v1/stream/s")).json).toEqual([1, 2]);
  });
});

describe("an append", () => {
  test("answers positions, the entry and the leader's time", async () => {
    const first = await api.appendRecords("a", { data: "one" }, { data: "two" });
    expect(first.status).toBe(200);
    expect(first.json).toEqual({
      ...{ start: 0, end: 2, tail: 2, index: 2, term: 1 },
      ...{ timestamp: api.nodes.clock, duplicate: false, closed: false },
    });
    expect((await api.appendRecords("a", { data: "three" })).json).toMatchObject({
      start: 2,
      end: 3,
      index: 3,
    });
  });

  test("takes records one a line", async () => {
    const lines = '{"data":"one"}\n{"json":[1,{"a":null}]}\r\n{"base64":"AP8="}\n';
    const { json } = await api.append("a", lines, { "Content-Type": "application/x-ndjson; charset=UTF-8" });
    expect(json).toMatchObject({ start: 0, end: 3 });
    expect((await api.read("a")).json.records.map(formOf)).toEqual([
      { data: "one" },
      { json: [1, { a: null }] },
      { base64: "AP8=" },
    ]);
  });

  test("takes any other body as one record: text if it is UTF-8, bytes if not", async () => {
    await api.append("a", "\u{feff}žluťoučký", { "Content-Type": "text/plain" });
    await api.append("a", new Uint8Array([0xff, 0]), { "Content-Type": "image/png" });
    await api.append("a", '{"not":"looked at"}', { "Content-Type": "application/x-www-form-urlencoded" });
    const { records } = (await api.read("a")).json;
    expect(records.map(formOf)).toEqual([
      { data: "\u{feff}žluťoučký" },
      { base64: "/wA=" },
      { data: '{"not":"looked at"}' },
    ]);
  });

  test("takes a body of unknown length", async () => {
    const stream = new Blob(['{"records":[', '{"data":"x"}]}']).stream();
    expect((await api.append("a", stream)).json).toMatchObject({ start: 0, end: 1 });
  });

  test("keeps headers, whatever their names, and empty values", async () => {
    await api.append(
      "a",
      '{"records":[{"data":"","headers":{"__proto__":"p","constructor":"","ž":"\\u0000"}}]}',
    );
    const [record] = (await api.read("a")).json.records;
    expect(Object.entries(record.headers)).toEqual([
      ["__proto__", "p"],
      ["constructor", ""],
      ["ž", "\0"],
    ]);
    expect(record.data).toBe("");
  });

  test.each([["null"], ["0"], ["-0.5e-7"], ['{"__proto__":{"a":1}}'], ['"\\u2028\\n"'], ["[[[]]]"]])(
    "keeps the JSON value %s",
    async (value) => {
      await api.append("a", `{"records":[{"json":${value}}]}`);
      const [, got] = /"json":(.*)\}\],"next"/s.exec((await api.read("a")).text) ?? [];
      expect(JSON.parse(got ?? "")).toEqual(JSON.parse(value));
    },
  );

  test("is refused where there is no log", async () => {
    expect(await api.appendRecords("none", data)).toMatchObject(problem(404, "log-not-found"));
  });
});

describe("expected_seq", () => {
  test("appends at the tail, and elsewhere answers what it is", async () => {
    const body = JSON.stringify({ records: [data] });
    expect(await api.append("a", body, {}, "?expected_seq=0")).toMatchObject({ status: 200 });
    const members = { tail: 1, expected_seq: 0 };
    expect(await api.append("a", body, {}, "?expected_seq=0")).toMatchObject(
      problem(412, "sequence-mismatch", members),
    );
    expect((await api.read("a")).json.records).toHaveLength(1);
  });

  test("may be given as the log's ETag in If-Match", async () => {
    const etag = (await api.send("HEAD", "/v1/logs/a")).headers.get("ETag") ?? "";
    expect(etag).toBe('"0"');
    const body = JSON.stringify({ records: [data] });
    expect(await api.append("a", body, { "If-Match": etag })).toMatchObject({ status: 200 });
    expect(await api.append("a", body, { "If-Match": etag })).toMatchObject(
      problem(412, "sequence-mismatch", { tail: 1 }),
    );
  });
});

describe("a producer", () => {
  const body = JSON.stringify({ records: [data] });

  test("that repeats a batch gets the first positions", async () => {
    const first = await api.append("a", body, producer(0, 0));
    await api.append("a", body, producer(0, 1));
    const again = await api.append("a", body, producer(0, 0));
    expect(again.json).toEqual({ ...first.json, duplicate: true });
    expect((await api.read("a")).json.tail).toBe(2);
  });

  test("that leaves a gap, or was replaced, is refused", async () => {
    await api.append("a", body, producer(1, 0));
    const gap = { expected_producer_seq: 1, received_producer_seq: 5 };
    expect(await api.append("a", body, producer(1, 5))).toMatchObject(
      problem(409, "producer-sequence-gap", gap),
    );
    expect(await api.append("a", body, producer(0, 0))).toMatchObject(
      problem(403, "stale-producer-epoch", { epoch: 1 }),
    );
  });
});

describe("limits, to the byte:", () => {
  const text = (bytes: number) => "x".repeat(bytes);

  test("a record", async () => {
    const headers = { ab: "žx" };
    const fits = { data: text(RECORD_BYTES_MAX - 5), headers };
    expect(await api.appendRecords("a", fits)).toMatchObject({ status: 200 });
    const over = await api.appendRecords("a", { data: `${fits.data}x`, headers });
    expect(over).toMatchObject(
      problem(413, "record-too-large", {
        record: 0,
        bytes: RECORD_BYTES_MAX + 1,
        bytes_max: RECORD_BYTES_MAX,
      }),
    );
  });

  test("a raw record, with a length and without", async () => {
    const type = { "Content-Type": "text/plain" };
    const over = problem(413, "body-too-large", { bytes_max: RECORD_BYTES_MAX });
    const raw = (bytes: number) => [text(bytes), new Blob([text(bytes)]).stream()];
    for (const body of raw(RECORD_BYTES_MAX))
      expect(await api.append("a", body, type)).toMatchObject({ status: 200 });
    for (const body of raw(RECORD_BYTES_MAX + 1))
      expect(await api.append("a", body, type)).toMatchObject(over);
  });

  test("a batch", async () => {
    const half = { data: text(BATCH_BYTES_MAX / 2) };
    expect(await api.appendRecords("a", half, half)).toMatchObject({ status: 200 });
    const members = { bytes: BATCH_BYTES_MAX + 1, bytes_max: BATCH_BYTES_MAX };
    expect(await api.appendRecords("a", half, half, data)).toMatchObject(
      problem(413, "batch-too-large", members),
    );
  });

  test("a batch in its longest JSON form", async () => {
    const body = `{"records":[{"data":"${"\\u0001".repeat(RECORD_BYTES_MAX)}"}]}`;
    expect(await api.append("a", body)).toMatchObject({ status: 200 });
  });

  test.each([["application/json"], ["application/x-ndjson"]])("records, as %s", async (type) => {
    const body = (count: number) => {
      const records = Array.from({ length: count }, () => '{"data":""}');
      return type === "application/json" ? `{"records":[${records}]}` : records.join("\n");
    };
    const headers = { "Content-Type": type };
    expect((await api.append("a", body(1_000), headers)).json).toMatchObject({ end: 1_000 });
    for (const count of [1_001, 5_000]) {
      expect(await api.append("a", body(count), headers)).toMatchObject(
        problem(413, "too-many-records", { records_max: 1_000 }),
      );
    }
  });

  test("headers of a record", async () => {
    const headers = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`h${i}`, ""]));
    expect(await api.appendRecords("a", { ...data, headers: headers(HEADERS_MAX) })).toMatchObject({
      status: 200,
    });
    const over = await api.appendRecords("a", { ...data, headers: headers(HEADERS_MAX + 1) });
    expect(over).toMatchObject(problem(400, "invalid-body", { record: 0 }));
  });

  test("a body", async () => {
    const huge = new Uint8Array(JSON_BODY_BYTES_MAX + 1);
    for (const body of [huge, new Blob([huge]).stream()]) {
      expect(await api.append("a", body)).toMatchObject(
        problem(413, "body-too-large", { bytes_max: JSON_BODY_BYTES_MAX }),
      );
    }
  });
});

function formOf({ data, json, base64 }: Record<string, unknown>) {
  return JSON.parse(JSON.stringify({ data, json, base64 }));
}
