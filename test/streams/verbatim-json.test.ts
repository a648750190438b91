import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyJsonLine, anyJsonText } from "../faces/json-texts.ts";
import { Place, settled } from "../sessions/scene.ts";
import { json, Streams } from "./streams.ts";

const ndjson = { "Content-Type": "application/x-ndjson" };
const blanks = fc.stringMatching(/^[ \t]{0,2}$/);

/** Every way to send JSON; each takes several values at once. */
const inputs: Record<string, (api: Streams, texts: readonly string[], blank: string) => Promise<unknown>> = {
  "a batch": (api, texts, blank) =>
    api.append("a", `{"records"${blank}:[${texts.map((text) => `{"json":${blank}${text}}`)}]${blank}}`),
  "a batch with repeated or escaped names": (api, texts) =>
    api.append(
      "a",
      `{"records":[],"records":[${texts.map((t) => `{"json":[0],"headers":{},"js\\u006fn":${t}}`)}]}`,
    ),
  "a list of messages": (api, texts, blank) => api.post("a", `${blank}[${texts.join(`${blank},`)}]`, json),
};

/** Every way to read it. */
async function expectVerbatim(api: Streams, texts: readonly string[]): Promise<void> {
  const inLine = texts.map((text) => text.replaceAll(/[\n\r]/g, " "));
  const page = await api.read("a");
  const out = (seq: number, text: string) =>
    `{"seq":${seq},"timestamp":${page.json.records[seq].timestamp},"headers":{},"json":${text}}`;
  expect(page.text).toContain(`{"records":[${texts.map((text, seq) => out(seq, text)).join(",")}],`);
  const lines = await api.read("a", "", "application/x-ndjson");
  expect(lines.text).toBe(inLine.map((text, seq) => `${out(seq, text)}\n`).join(""));
  const messages = await api.get("a");
  expect(messages.text).toBe(`[${texts.join(",")}]`);
  for (const [seq, text] of texts.entries()) {
    const raw = await api.read("a", `?from=${seq}&limit=1`, "application/octet-stream");
    expect(raw.text).toBe(text);
  }
}

describe("a JSON value is kept as the text that was sent", () => {
  test.each(Object.keys(inputs))("in %s", async (form) => {
    const given = fc.array(anyJsonText, { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(given, blanks, async (texts, blank) => {
        const api = new Streams();
        await api.put("a", json);
        await inputs[form]?.(api, texts, blank);
        await expectVerbatim(api, texts);
      }),
    );
  });

  test("in lines", async () => {
    const given = fc.array(anyJsonLine, { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(given, blanks, async (texts, blank) => {
        const api = new Streams();
        await api.put("a", json);
        await api.append("a", texts.map((text) => `${blank}{"json":${text}${blank}}\r\n`).join(""), ndjson);
        await expectVerbatim(api, texts);
      }),
    );
  });

  test("in the body that creates a stream, and in a single message", async () => {
    await fc.assert(
      fc.asyncProperty(anyJsonText, anyJsonText, async (first, second) => {
        const api = new Streams();
        await api.put("a", json, `[${first}]`);
        // An array must be sent inside another one: an array that is sent by itself is a list of messages.
        await api.post("a", second.startsWith("[") ? `[${second}]` : ` ${second}\n`, json);
        await expectVerbatim(api, [first, second]);
      }),
    );
  });

  test("in a session, and in its tails", async () => {
    const given = fc.array(anyJsonText, { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(given, async (texts) => {
        const place = new Place();
        const { session, wire } = place.open();
        place.guard(() => session.message('{"kind":"tail","tail":1,"log":"a","from":"earliest"}'));
        const records = texts.map((text) => `{"json": ${text}}`);
        place.guard(() => session.message(`{"kind":"append","id":1,"log":"a","records":[${records}]}`));
        await settled();
        place.pass();
        const said = wire.texts.find((text) => text.includes('"kind":"records"'));
        for (const text of texts) expect(said).toContain(`"json":${text}}`);
      }),
    );
  });
});

describe("a JSON value is kept as it was sent:", () => {
  test.each([
    "9007199254740993",
    "123456789012345678901234567890.10",
    "1e999",
    "-0.0",
    "1.0",
    "1E+2",
    '{"b":1,"a":2,"b":3}',
    '{"__proto__":{"x":1}}',
    '{ "a" : [ 1 , 2 ] }',
    '{\n  "a": "\\u00e9\\/"\n}',
    '"\\ud83d\\ude00"',
    '"\u2028\u2029"',
  ])("%s", async (text) => {
    for (const form of Object.values(inputs)) {
      const api = new Streams();
      await api.put("a", json);
      await form(api, [text, text], "");
      await expectVerbatim(api, [text, text]);
    }
  });

  test("a signature over it still holds when it is read", async () => {
    const sign = (text: string) => createHmac("sha256", "a secret").update(text).digest("hex");
    const sent = '{"amount": 12345678901234567890.10, "to":"\\u00e9"}';
    const api = new Streams();
    await api.put("a", json);
    await api.append("a", `{"records":[{"json":${sent},"headers":{"signature":"${sign(sent)}"}}]}`);
    const headers = (await api.read("a")).json.records[0].headers;
    expect(sign((await api.read("a", "", "application/octet-stream")).text)).toBe(headers.signature);
  });

  test.each(['"\\ud800"', '{"\\udc00":1}', '["\\ude00\\ud83d"]', '"\\\\\\ud800"'])(
    "but half of a surrogate pair is refused, %s",
    async (text) => {
      for (const form of Object.values(inputs)) {
        const api = new Streams();
        await api.put("a", json);
        expect(await form(api, ["1", text], "")).toMatchObject({ status: 400, json: { record: 1 } });
      }
    },
  );

  test.each(['"\\\\ud800"', '"\\\\\\\\udc00"'])(
    "a text that only looks like half of a pair is accepted, %s",
    async (text) => {
      const api = new Streams();
      await api.put("a", json);
      await api.post("a", `[${text}]`, json);
      await expectVerbatim(api, [text]);
    },
  );
});
