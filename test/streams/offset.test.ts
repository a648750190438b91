import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatOffset, parseOffset } from "../../src/streams/offset.ts";

describe("an offset token", () => {
  test("is a record and a byte within it, of 16 digits each", () => {
    expect(formatOffset(0)).toBe("0000000000000000_0000000000000000");
    expect(formatOffset(1_234)).toBe("0000000000001234_0000000000000000");
    expect(formatOffset(Number.MAX_SAFE_INTEGER)).toBe("9007199254740991_0000000000000000");
    expect(formatOffset(7, 1_048_575)).toBe("0000000000000007_0000000001048575");
  });

  test("is parsed as the same position, and sorts like the position", () => {
    const position = fc.nat({ max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(position, position, position, (a, b, byte) => {
        expect(parseOffset(formatOffset(a))).toEqual({ seq: a, byte: 0 });
        expect(parseOffset(formatOffset(a, byte))).toEqual({ seq: a, byte });
        expect(formatOffset(a) < formatOffset(b)).toBe(a < b);
        expect(formatOffset(7, a) < formatOffset(7, b)).toBe(a < b);
      }),
    );
  });

  test.each([
    "",
    "-1",
    "now",
    "7",
    "0000000000000007",
    "0000000000000007_",
    "0000000000000007_9007199254740992",
    "0000000000000007_000000000000000",
    "0000000000000007_00000000000000000",
    "0000000000000007_0000000000000000\n",
    " 0000000000000007_0000000000000000",
    "9007199254740992_0000000000000000",
    "٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٧_0000000000000000",
  ])("can't be: %j", (token) => {
    expect(parseOffset(token)).toBeNull();
  });
});
