import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CodecError } from "../../src/log/codec-error.ts";
import { decodeLogEntry, encodeLogEntry } from "../../src/log/entry-codec.ts";
import { pack } from "../../src/log/packed.ts";
import { type LogEntry, toSeq } from "../../src/log/types.ts";
import { toIndex } from "../../src/raft/types.ts";

const natural = fc.maxSafeNat();
const seq = natural.map(toSeq);
const index = natural.map(toIndex);
const text = fc.string({ unit: "grapheme" });
const producer = fc.option(fc.record({ id: text, epoch: natural, seq: natural }));

const anyEntry: fc.Arbitrary<LogEntry> = fc.oneof(
  fc.record({ kind: fc.constant("create" as const), name: text, start: seq, timestamp: natural }),
  fc.record({
    kind: fc.constant("append" as const),
    log: index,
    start: seq,
    count: natural,
    timestamp: natural,
    producer,
    records: fc.uint8Array(),
  }),
  fc.record({ kind: fc.constant("delete" as const), name: text, log: index, tail: seq, timestamp: natural }),
);

describe("a log entry", () => {
  it("comes back from its bytes", () => {
    fc.assert(
      fc.property(anyEntry, (entry) => {
        expect(decodeLogEntry(encodeLogEntry(entry))).toEqual(entry);
      }),
    );
  });

  it("keeps its bytes when others are encoded after it", () => {
    const entry = { kind: "create", name: "first", start: toSeq(0), timestamp: 1 } as const;
    const bytes = encodeLogEntry(entry);
    encodeLogEntry({ ...entry, name: "other" });
    expect(decodeLogEntry(bytes)).toEqual(entry);
  });

  it("costs few bytes beyond its records", () => {
    const records = new Uint8Array(100);
    const entry = {
      kind: "append",
      log: toIndex(9),
      start: toSeq(7),
      count: 1,
      timestamp: 1.7e12,
      producer: null,
      records,
    } as const;
    expect(encodeLogEntry(entry).length).toBeLessThan(120);
  });

  it("that was cut off is refused with a CodecError", () => {
    fc.assert(
      fc.property(anyEntry, fc.nat(), (entry, at) => {
        const bytes = encodeLogEntry(entry);
        expect(() => decodeLogEntry(bytes.subarray(0, at % bytes.length))).toThrow(CodecError);
      }),
    );
  });

  it("of any bytes is an entry or a CodecError", () => {
    const decodeAny = (bytes: Uint8Array) => {
      try {
        decodeLogEntry(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(CodecError);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), decodeAny));
    fc.assert(
      fc.property(fc.array(fc.oneof(natural, text, fc.constant(-1))), (fields) => decodeAny(pack(fields))),
    );
  });

  it("of a later format is refused", () => {
    const bytes = encodeLogEntry({ kind: "create", name: "a", start: toSeq(0), timestamp: 1 });
    bytes[1] = 2;
    expect(() => decodeLogEntry(bytes)).toThrow("format version 2 is not known");
  });
});
