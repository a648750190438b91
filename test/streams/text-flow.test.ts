import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LogRecord } from "../../src/log/records.ts";
import type { Place } from "../../src/streams/offset.ts";
import { parseOffset } from "../../src/streams/offset.ts";
import { PageEvents } from "../../src/streams/sse-events.ts";
import { TextFlow, tellableLength } from "../../src/streams/text-flow.ts";
import { bytes, pageOf, text } from "./pages.ts";

const utf8 = {
  encode: new TextEncoder(),
  decode: new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }),
};

describe("the number of bytes that can be sent before the next ones are known", () => {
  test.each([
    [[], 0],
    [[0x61], 1],
    [[0x61, 0xc3], 1],
    [[0xc3, 0xa9], 2],
    [[0x61, 0xe2, 0x82], 1],
    [[0xe2, 0x82, 0xac], 3],
    [[0xf0], 0],
    [[0xf0, 0x9f, 0x98], 0],
    [[0xf0, 0x9f, 0x98, 0x80], 4],
    [[0x0d], 0],
    [[0x61, 0x0d, 0x0a], 3],
    [[0x61, 0x0d, 0x0d], 2],
    // No character begins or continues with these bytes.
    [[0x61, 0x80], 2],
    [[0x61, 0xff], 2],
    [[0x61, 0xc0], 2],
    [[0xf5, 0x80], 2],
    [[0xe2, 0x61], 2],
  ])("%j: %i", (given, length) => {
    expect(tellableLength(Uint8Array.from(given))).toBe(length);
  });
});

describe("text over several pages", () => {
  const [first, second] = [bytes(0x61, 0xf0, 0x9f), bytes(0x98)];
  const third = bytes(0x80, 0x62);

  test("is sent when its characters are complete, and continues before those that are not", () => {
    const flow = new TextFlow(0);
    expect(flow.take(pageOf([first]))).toEqual({ text: "a", next: { seq: 0, byte: 1 } });
    expect(flow.take(pageOf([], { from: 1 }))).toEqual({ text: "", next: { seq: 0, byte: 1 } });
    expect(flow.take(pageOf([second], { from: 1 }))).toEqual({ text: "", next: { seq: 0, byte: 1 } });
    expect(flow.take(pageOf([third], { from: 2 }))).toEqual({
      text: "\u{1f600}b",
      next: { seq: 3, byte: 0 },
    });
  });

  test("continues for a reader that returns, without the part that was sent", () => {
    const flow = new TextFlow(1);
    expect(flow.take(pageOf([first, second, third]))).toEqual({
      text: "\u{1f600}b",
      next: { seq: 3, byte: 0 },
    });
  });

  test("ends with incomplete characters, once no more records can come", () => {
    const flow = new TextFlow(0);
    flow.take(pageOf([first]));
    expect(flow.take(pageOf([], { from: 1, closed: true }))).toEqual({
      text: "\ufffd",
      next: { seq: 1, byte: 0 },
    });
    const part = new TextFlow(0).take(pageOf([first], { closed: true, tail: 2 }));
    expect(part).toEqual({ text: "a", next: { seq: 0, byte: 1 } });
  });

  test("keeps a byte-order mark, and bytes that are not text in the middle", () => {
    const flow = new TextFlow(0);
    expect(flow.take(pageOf([text("\ufeffa"), bytes(0xff), text("b")])).text).toBe("\ufeffa\ufffdb");
  });
});

/** The data of all events `data`, and the position at which the last event `control` continues. */
function read(events: string): { data: string; next: Place | null } {
  let data = "";
  let next: Place | null = null;
  for (const event of events.split("\n\n")) {
    const [name, ...lines] = event.split("\n");
    const value = lines.map((line) => line.slice(line.startsWith("data: ") ? 6 : 5)).join("\n");
    if (name === "event: data") data += value;
    if (name === "event: control") next = parseOffset(JSON.parse(value).streamNextOffset);
  }
  return { data, next };
}

test("in whichever way a text is cut into records and pages, a reader that reconnects gets it once", () => {
  const unit = fc.constantFrom("a", "\n", "\r", "\r\n", "é", "€", "\u{1f600}", "\ufeff", " ", "\uffff");
  const given = fc.array(
    fc.oneof(
      unit.map((t) => utf8.encode.encode(t)),
      fc.uint8Array({ maxLength: 3 }),
    ),
    {
      maxLength: 12,
    },
  );
  const cuts = fc.array(fc.nat(5), { minLength: 1, maxLength: 40 });
  const pages = fc.array(fc.record({ records: fc.nat(3), back: fc.boolean() }), { maxLength: 30 });
  fc.assert(
    fc.property(given, cuts, pages, (parts, sizes, steps) => {
      const whole = Uint8Array.from(parts.flatMap((part) => [...part]));
      const records: LogRecord[] = [];
      for (let at = 0, nth = 0; at < whole.length; nth += 1) {
        const size = sizes[nth % sizes.length] ?? 1;
        // The stream never ends if all records are empty.
        const length = nth % 3 === 2 ? Math.max(1, size) : size;
        records.push(bytes(...whole.subarray(at, at + length)));
        at += length;
      }
      let told = "";
      let place: Place = { seq: 0, byte: 0 };
      let seq = 0;
      let isWithin = false;
      let events = new PageEvents("text", 0);
      const take = (count: number, closed: boolean): void => {
        const some = records.slice(seq, seq + count);
        const isLast = seq + some.length === records.length;
        const page = pageOf(some, { from: seq, closed, ...(isLast ? {} : { tail: records.length }) });
        const { data, next } = read(events.of(page, 1));
        told += data;
        place = next ?? place;
        seq += some.length;
      };
      for (const { records: count, back } of steps) {
        // The record within which a reader continues exists, and comes first.
        take(Math.max(count, isWithin ? 1 : 0), false);
        isWithin = back && place.byte > 0;
        if (!back) continue;
        events = new PageEvents("text", place.byte);
        seq = place.seq;
      }
      take(records.length, true);
      expect(told).toBe(utf8.decode.decode(whole).replaceAll(/\r\n|\r/g, "\n"));
      expect(place).toEqual({ seq: records.length, byte: 0 });
    }),
    { numRuns: 2_000 },
  );
});
