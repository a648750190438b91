import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CodecError } from "../../src/log/codec-error.ts";
import { decodeLogEntry, encodeLogEntry } from "../../src/log/entry-codec.ts";
import { pack } from "../../src/log/packed.ts";
import { type LogEntry, type LogState, toSeq } from "../../src/log/types.ts";
import { toIndex } from "../../src/raft/types.ts";
import { deletedLog, madeLog } from "../storage/fixture.ts";

const natural = fc.maxSafeNat();
const seq = natural.map(toSeq);
const index = natural.map(toIndex);
const text = fc.string({ unit: "grapheme" });
const producer = fc.option(fc.record({ id: text, epoch: natural, seq: natural }));

const bound = fc.option(natural);
const base = { start: seq, bytes: natural, timestamp: natural };
const batch = { count: natural, records: fc.uint8Array() };

const state: fc.Arbitrary<LogState> = fc.record({
  start: seq,
  createdAt: natural,
  earliest: seq,
  trimmedBytes: natural,
  beyond: seq,
  closed: fc.boolean(),
  closedBy: producer,
  fencingToken: fc.option(text),
  writerSeq: fc.option(text),
  contentType: fc.option(text),
  retention: fc.record({ ageMs: bound, bytes: bound, records: bound }),
  ttlSeconds: bound,
  expiresAt: bound,
  fork: fc.option(
    fc.record({
      source: index,
      sourceName: text,
      anchor: seq,
      subOffset: natural,
      lineage: fc.array(fc.record({ log: index, until: seq })),
    }),
  ),
});

const anyEntry: fc.Arbitrary<LogEntry> = fc.oneof(
  fc.record({ kind: fc.constant("create"), ...base, name: text, state, batch: fc.option(fc.record(batch)) }),
  fc.record({ kind: fc.constant("append"), ...base, log: index, producer, ...batch }),
  fc.record({ kind: fc.constant("delete"), ...base, name: text, log: index, state }),
  fc.record({
    ...{ kind: fc.constant("alter"), ...base, name: text, log: index, trims: fc.boolean(), state },
    ...{ producer, batch: fc.option(fc.record(batch)) },
  }),
  fc.record({
    ...{ kind: fc.constant("document"), ...base, log: index },
    ...{ key: text, value: fc.option(fc.uint8Array()) },
  }),
);

describe("a log entry", () => {
  it("decodes to the encoded one", () => {
    fc.assert(
      fc.property(anyEntry, (entry) => {
        expect(decodeLogEntry(encodeLogEntry(entry))).toEqual(entry);
      }),
    );
  });

  it("keeps its bytes when others are encoded after it", () => {
    const entry = madeLog("first", 0, 1);
    const bytes = encodeLogEntry(entry);
    encodeLogEntry({ ...entry, name: "other" });
    expect(decodeLogEntry(bytes)).toEqual(entry);
  });

  it("of the previous version, without states and bytes, can still be read", () => {
    const records = Uint8Array.of(1);
    expect(decodeLogEntry(pack([0, 5, "a", 7]))).toEqual(madeLog("a", 7, 5));
    const appended = { kind: "append", timestamp: 6, log: 1, start: 7, bytes: 0, count: 1, records };
    expect(decodeLogEntry(pack([1, 6, 1, 7, 1, records]))).toEqual({ ...appended, producer: null });
    const producer = { id: "p", epoch: 2, seq: 3 };
    expect(decodeLogEntry(pack([1, 6, 1, 7, 1, records, "p", 2, 3]))).toEqual({ ...appended, producer });
    expect(decodeLogEntry(pack([2, 8, "a", 1, 8]))).toEqual(deletedLog("a", toIndex(1), 8, 8));
  });

  it("costs few bytes beyond its records", () => {
    const records = new Uint8Array(100);
    const entry = {
      kind: "append",
      log: toIndex(9),
      start: toSeq(7),
      bytes: 123_456,
      count: 1,
      timestamp: 1.7e12,
      producer: null,
      records,
    } as const;
    expect(encodeLogEntry(entry).length).toBeLessThan(125);
  });

  it("that was cut off is refused with a CodecError", () => {
    fc.assert(
      fc.property(anyEntry, fc.nat(), (entry, at) => {
        const bytes = encodeLogEntry(entry);
        expect(() => decodeLogEntry(bytes.subarray(0, at % bytes.length))).toThrow(CodecError);
      }),
    );
  });

  it("from any bytes is an entry or a CodecError", () => {
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
    const bytes = encodeLogEntry(madeLog("a", 0, 1));
    bytes[1] = 3;
    expect(() => decodeLogEntry(bytes)).toThrow("format version 3 is not known");
  });
});
