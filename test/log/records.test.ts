import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CodecError } from "../../src/log/codec-error.ts";
import {
  BATCH_BYTES_MAX,
  BATCH_RECORDS_MAX,
  ENTRY_BYTES_MAX,
  HEADERS_MAX,
  RECORD_BYTES_MAX,
} from "../../src/log/limits.ts";
import { pack } from "../../src/log/packed.ts";
import { decodeRecords, encodeRecords, type LogRecord, recordBytes } from "../../src/log/records.ts";

const text = fc.string({ unit: "grapheme" });

const anyRecord: fc.Arbitrary<LogRecord> = fc.record({
  format: fc.constantFrom("text", "json", "binary"),
  headers: fc.array(fc.tuple(text, text), { maxLength: 4 }),
  value: fc.uint8Array(),
});

describe("records", () => {
  it("decode to the encoded ones, with headers in order and repeated", () => {
    fc.assert(
      fc.property(fc.array(anyRecord), (records) => {
        expect(decodeRecords(encodeRecords(records))).toEqual(records);
      }),
    );
  });

  it("that were cut off are refused with a CodecError", () => {
    const bytes = encodeRecords([{ format: "text", headers: [["a", "b"]], value: new Uint8Array(9) }]);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeRecords(bytes.subarray(0, length))).toThrow(CodecError);
    }
  });

  it.each([
    ["no record", [1]],
    ["an unknown format", [[9, new Uint8Array()]]],
    ["a value of text", [[0, "text"]]],
    ["half a header", [[0, new Uint8Array(), "name"]]],
  ])("of the wrong shape are refused: %s", (_what, fields) => {
    expect(() => decodeRecords(pack(fields))).toThrow(CodecError);
  });

  it("count their value, and their headers in UTF-8", () => {
    const record: LogRecord = {
      format: "text",
      headers: [
        ["é", "ab"],
        ["x", "\u{1F600}"],
      ],
      value: new Uint8Array(10),
    };
    expect(recordBytes(record)).toBe(10 + 2 + 2 + 1 + 4);
  });

  it("at all limits together fit into an entry", () => {
    const value = new Uint8Array(Math.floor(BATCH_BYTES_MAX / BATCH_RECORDS_MAX) - 2 * HEADERS_MAX * 4);
    const headers = Array.from({ length: HEADERS_MAX }, () => ["name", "text"] as const);
    const full = Array.from(
      { length: BATCH_RECORDS_MAX },
      () => ({ format: "binary", headers, value }) as const,
    );
    expect(encodeRecords(full).length).toBeLessThan(ENTRY_BYTES_MAX);
    const largest = { format: "binary", headers: [], value: new Uint8Array(RECORD_BYTES_MAX) } as const;
    expect(encodeRecords([largest]).length).toBeLessThan(ENTRY_BYTES_MAX);
  });
});
