import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { BODY_TIMEOUT_MS } from "../../src/http/body.ts";
import { JSON_DEPTH_MAX } from "../../src/http/record-input.ts";
import { type Harness, problem, withLog } from "./harness.ts";

let api: Harness;
beforeAll(async () => {
  api = await withLog();
});

/** Whatever was refused, nothing of it was written. */
afterEach(async () => {
  expect((await api.read("a")).json).toMatchObject({ records: [], tail: 0 });
  vi.useRealTimers();
});

const deep = (depth: number): string => `{"records":[{"json":${"[".repeat(depth)}${"]".repeat(depth)}}]}`;

describe("a JSON body that is refused:", () => {
  test.each<[string, BodyInit]>([
    ["empty", ""],
    ["not JSON", "{records"],
    ["cut off", '{"records":[{"data":"x"}'],
    ["not UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])],
    ["UTF-16", new Uint8Array([0x7b, 0, 0x7d, 0])],
    ["no object", "[]"],
    ["null", "null"],
    ["no records", "{}"],
    ["an empty batch", '{"records":[]}'],
    ["records that are none", '{"records":{"length":1}}'],
    ["a huge number of unknown things", `{"records":${"[".repeat(100_000)}`],
    ["an unknown member", '{"records":[{"data":"x"}],"atomic":true}'],
    ["__proto__ as a member", '{"records":[{"data":"x"}],"__proto__":{}}'],
  ])("%s", async (_, body) => {
    expect(await api.append("a", body)).toMatchObject(problem(400, "invalid-body"));
  });
});

describe("a record that is refused:", () => {
  test.each([
    ["null"],
    ['"x"'],
    ["[]"],
    ["{}"],
    ['{"headers":{}}'],
    ['{"data":1}'],
    ['{"data":null}'],
    ['{"data":"x","json":1}'],
    ['{"data":"x","base64":""}'],
    ['{"data":"x","key":"y"}'],
    ['{"data":"x","__proto__":{}}'],
    ['{"data":"\\ud800"}'],
    ['{"json":"\\udc00"}'],
    ['{"json":{"\\udc00":1}}'],
    ['{"base64":"AA"}'],
    ['{"base64":"AAA\\n"}'],
    ['{"base64":"A==="}'],
    ['{"base64":"_-=="}'],
    ['{"base64":1}'],
    ['{"data":"x","headers":[]}'],
    ['{"data":"x","headers":null}'],
    ['{"data":"x","headers":"a"}'],
    ['{"data":"x","headers":{"a":1}}'],
    ['{"data":"x","headers":{"__proto__":1}}'],
    ['{"data":"x","headers":{"a":"\\ud800"}}'],
    ['{"data":"x","headers":{"\\ud800":"a"}}'],
  ])("%s", async (record) => {
    const second = problem(400, "invalid-body", { record: 1 });
    expect(await api.append("a", `{"records":[{"data":"fine"},${record}]}`)).toMatchObject(second);
    const headers = { "Content-Type": "application/x-ndjson" };
    expect(await api.append("a", `{"data":"fine"}\n${record}`, headers)).toMatchObject(second);
  });

  test("with what is wrong, and where", async () => {
    const bad = '{"data":1,"key":2}';
    const lines = { "Content-Type": "application/x-ndjson" };
    for (const [body, at, headers] of [
      [`{"records":[{"data":"fine"},${bad}]}`, "records.1", {}],
      [`{"data":"fine"}\n${bad}`, "1", lines],
    ] as const) {
      const { json } = await api.append("a", body, headers);
      const [type, unknown] = json.errors;
      expect(type).toMatchObject({
        in: "body",
        name: `${at}.data`,
        message: expect.stringMatching(/string/),
      });
      expect(unknown).toMatchObject({ in: "body", name: at, message: expect.stringMatching(/"key"/) });
      expect(json.detail).toContain(`body "${at}.data": ${type.message}; body "${at}": ${unknown.message}.`);
    }
  });

  test("with no more than 20 faults of it", async () => {
    const records = Array.from({ length: 1_000 }, () => ({ data: 1 }));
    expect((await api.append("a", JSON.stringify({ records }))).json.errors).toHaveLength(20);
  });

  test("nested too deeply", async () => {
    expect(await api.append("a", deep(JSON_DEPTH_MAX + 1))).toMatchObject(
      problem(400, "invalid-body", { record: 0 }),
    );
    expect(await api.append("a", deep(100_000))).toMatchObject(problem(400, "invalid-body", { record: 0 }));
  });

  test("as a line that is no JSON, with which line and which record it is", async () => {
    const headers = { "Content-Type": "application/x-ndjson" };
    const { json } = await api.append("a", '{"data":"x"}\n\n{\n', headers);
    const detail = expect.stringMatching(/^Line 3, record 1, is not valid JSON/);
    expect(json).toMatchObject({ record: 1, line: 3, detail });
  });

  test.each(['{"id":1}', "[1,2]", '"text"', "12", "{}", '\u{feff}{"id":1}'])(
    "as JSON that is no batch, %s, with how to append it",
    async (body) => {
      const answer = await api.append("a", body);
      expect(answer).toMatchObject(problem(400, "invalid-body"));
      const line = `{"records":[{"json":${body.replace("\u{feff}", "")}}]}`;
      expect(answer.json.detail).toContain(line);
      const other = await withLog("b");
      expect((await other.append("b", line)).status).toBe(200);
    },
  );

  test("as long JSON that is no batch, without repeating it", async () => {
    const { json } = await api.append("a", JSON.stringify({ text: "x".repeat(1_000) }));
    expect(json.detail).toContain('{"records":[{"json":…}]}');
  });

  test.each(["", "\n", "\r\n \n", '{"data":"x"}\n{"data":', '{"data":"x"}{"data":"y"}'])(
    "lines %j",
    async (body) => {
      const headers = { "Content-Type": "application/x-ndjson" };
      expect(await api.append("a", body, headers)).toMatchObject(problem(400, "invalid-body"));
    },
  );
});

describe("a body that is refused:", () => {
  const valid = JSON.stringify({ records: [{ data: "x" }] });

  test("an empty raw one", async () => {
    for (const body of ["", undefined]) {
      const init = { body: body ?? null, headers: { "Content-Type": "text/plain" } };
      expect(await api.send("POST", "/v1/logs/a/records", init)).toMatchObject(problem(400, "invalid-body"));
    }
  });

  test("a compressed one, another charset, and framed records", async () => {
    const refused = problem(415, "unsupported-media-type");
    expect(await api.append("a", valid, { "Content-Encoding": "gzip" })).toMatchObject(refused);
    expect(await api.append("a", valid, { "Content-Type": "application/json;charset=utf-16" })).toMatchObject(
      refused,
    );
    const framed = { "Content-Type": "application/vnd.timberline.records" };
    expect(await api.append("a", "\0\0\0\u0001x", framed)).toMatchObject(refused);
  });

  test.each(["1", "1000"])("one of another length than its Content-Length: %s", async (length) => {
    expect(await api.append("a", valid, { "Content-Length": length })).toMatchObject(
      problem(400, "invalid-body"),
    );
  });

  test("one that announces too much is not read", async () => {
    let pulled = 0;
    const stream = new ReadableStream({ pull: () => void pulled++ }, { highWaterMark: 0 });
    const over = await api.append("a", stream, { "Content-Length": "99999999" });
    expect(over).toMatchObject(problem(413, "body-too-large"));
    expect(pulled).toBe(0);
  });

  test("one that is somewhat too long is read to its end, for its sender reads no answer before", async () => {
    const chunks = 10;
    let sent = 0;
    const stream = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(1_048_576));
        sent++;
        if (sent === chunks) controller.close();
      },
    });
    const headers = { "Content-Length": String(chunks * 1_048_576) };
    expect(await api.append("a", stream, headers)).toMatchObject(problem(413, "body-too-large"));
    expect(sent).toBe(chunks);
  });

  test("an endless one is read to the limit, and 16 MiB further so that its sender reads the answer", async () => {
    let sent = 0;
    let isCancelled = false;
    const stream = new ReadableStream({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
      cancel() {
        isCancelled = true;
      },
    });
    expect(await api.append("a", stream)).toMatchObject(problem(413, "body-too-large"));
    expect(sent).toBeLessThan((8 + 16 + 1) * 1_048_576);
    expect(isCancelled).toBe(true);
  });

  test("one that breaks off", async () => {
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"records":'));
        controller.error(new Error("reset"));
      },
    });
    expect(await api.append("a", stream)).toMatchObject(problem(400, "invalid-body"));
  });

  test("one that does not arrive in time", async () => {
    vi.useFakeTimers();
    const stalled = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"records":')),
    });
    const answer = api.append("a", stalled);
    await vi.advanceTimersByTimeAsync(BODY_TIMEOUT_MS);
    expect(await answer).toMatchObject(problem(408, "body-timeout"));
  });
});
