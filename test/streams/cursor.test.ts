import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nextCursor } from "../../src/streams/cursor.ts";

const epochMs = Date.UTC(2024, 9, 9);
const intervalMs = 20_000;

describe("a cursor", () => {
  test("counts intervals of 20 s since the protocol's epoch", () => {
    expect(nextCursor(null, epochMs, 0)).toBe(0);
    expect(nextCursor(null, epochMs + 7 * intervalMs, 0.9)).toBe(7);
    expect(nextCursor(null, epochMs + 8 * intervalMs - 1, 0.9)).toBe(7);
  });

  test("is the present interval for a reader with an older one", () => {
    expect(nextCursor(6, epochMs + 7 * intervalMs, 0.9)).toBe(7);
  });

  test("is advanced by 1 to 3600 s for a reader that already has the present one", () => {
    const now = epochMs + 7 * intervalMs;
    expect(nextCursor(7, now, 0)).toBe(8);
    expect(nextCursor(7, now, 1 - Number.EPSILON)).toBe(7 + 180);
  });

  test("never goes back, and is never the reader's own", () => {
    const given = fc.nat({ max: 1_000_000_000 });
    const now = fc.nat({ max: 4_000_000_000_000 });
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(given, now, random, (cursor, at, chance) => {
        expect(nextCursor(cursor, at, chance)).toBeGreaterThan(cursor);
      }),
    );
  });
});
