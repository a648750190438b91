import { describe, expect, test } from "vitest";
import { createEntry, isIntact } from "../../src/raft/entry.ts";
import { toIndex } from "../../src/raft/types.ts";
import { bytesOf } from "./harness/entries.ts";

const entry = createEntry(toIndex(5), 3, "command", bytesOf("hello"));
const flip = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

describe("the checksum", () => {
  test("is that of the entry, even if it is empty or has a large index", () => {
    expect(isIntact(entry)).toBe(true);
    expect(isIntact(createEntry(toIndex(1), 1, "noop", new Uint8Array(0)))).toBe(true);
    expect(isIntact(createEntry(toIndex(2 ** 52 + 1), 2 ** 40 + 1, "command", new Uint8Array(100_000)))).toBe(
      true,
    );
  });

  test.each([
    ["index", { ...entry, index: toIndex(6) }],
    ["term", { ...entry, term: 4 }],
    ["kind", { ...entry, kind: "noop" as const }],
    ["first byte", { ...entry, data: flip(entry.data, 0) }],
    ["last byte", { ...entry, data: flip(entry.data, 4) }],
    ["length", { ...entry, data: bytesOf("hello\0") }],
    ["own value", { ...entry, checksum: entry.checksum ^ 1 }],
  ])("shows damage of the %s", (_, damaged) => {
    expect(isIntact(damaged)).toBe(false);
  });

  test("differs between neighbours with large indexes", () => {
    const [one, two] = [2 ** 52, 2 ** 52 + 1].map((index) =>
      createEntry(toIndex(index), 1, "noop", new Uint8Array(0)),
    );
    expect(one?.checksum).not.toBe(two?.checksum);
  });

  test("is CRC-32C over index, term, kind and data: stored rows depend on it", () => {
    expect(createEntry(toIndex(1), 1, "command", bytesOf("123456789")).checksum).toBe(4_026_092_709);
  });
});
