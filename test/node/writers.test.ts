import { describe, expect, it } from "vitest";
import { type WriterOptions, Writers } from "../../src/node/writers.ts";

const options: WriterOptions = { windowMs: 100, windows: 3, share: 0.6, appendsMin: 5, coolDownMs: 200 };

/** Windows one after the other: the appends that enter near each member, by its number. */
function counted(windows: readonly Readonly<Record<number, number>>[], changed: Partial<WriterOptions> = {}) {
  const writers = new Writers({ ...options, ...changed }, 0);
  windows.forEach((appends, at) => {
    for (const [near, count] of Object.entries(appends)) {
      for (let i = 0; i < count; i += 1) writers.appended(Number(near), at * options.windowMs + i);
    }
  });
  return { writers, end: windows.length * options.windowMs };
}

const carrierAfter = (...windows: readonly Readonly<Record<number, number>>[]): number | null => {
  const { writers, end } = counted(windows);
  return writers.carrier(end);
};

describe("a member carries the appends", () => {
  it("when most enter near it in so many windows in a row", () => {
    expect(carrierAfter({ 2: 5 }, { 2: 5 }, { 2: 5 })).toBe(2);
    expect(carrierAfter({ 1: 9 }, { 2: 5 }, { 1: 2, 2: 7 }, { 2: 5 })).toBe(2);
  });

  it("not before the last of them is over", () => {
    const { writers, end } = counted([{ 2: 5 }, { 2: 5 }, { 2: 5 }]);
    expect(writers.carrier(end - 1)).toBeNull();
    expect(writers.carrier(end)).toBe(2);
  });

  it.each([
    [
      "two carry alike",
      [
        { 1: 5, 2: 5 },
        { 1: 5, 2: 5 },
        { 1: 5, 2: 5 },
      ],
    ],
    [
      "its share is not above the bound",
      [
        { 1: 4, 2: 6 },
        { 1: 4, 2: 6 },
        { 1: 4, 2: 6 },
      ],
    ],
    ["two take turns", [{ 2: 9 }, { 1: 9 }, { 2: 9 }, { 1: 9 }, { 2: 9 }]],
    ["a window says too little", [{ 2: 9 }, { 2: 4 }, { 2: 9 }, { 2: 9 }]],
    ["nothing was appended for a while", [{ 2: 9 }, { 2: 9 }, {}, { 2: 9 }]],
    ["nothing was appended for long", [{ 2: 9 }, { 2: 9 }, {}, {}, {}, { 2: 9 }, { 2: 9 }]],
    ["nothing is appended any more", [{ 2: 9 }, { 2: 9 }, { 2: 9 }, {}]],
  ])("not when %s", (_, windows) => {
    expect(carrierAfter(...windows)).toBeNull();
  });

  it("is not said before the cool-down is over", () => {
    const steady = [{ 2: 5 }, { 2: 5 }, { 2: 5 }, { 2: 5 }];
    const { writers, end } = counted(steady, { coolDownMs: 401 });
    expect(writers.carrier(end)).toBeNull();
    expect(writers.carrier(end + 1)).toBe(2);
  });
});

describe("the shares", () => {
  it("are those of the last whole window", () => {
    const { writers, end } = counted([{ 1: 1, 2: 3 }, { 3: 5 }]);
    expect([1, 2, 3].map((id) => writers.shareOf(id))).toEqual([0.25, 0.75, 0]);
    writers.carrier(end);
    expect([1, 2, 3].map((id) => writers.shareOf(id))).toEqual([0, 0, 1]);
    writers.carrier(end + options.windowMs);
    expect([1, 2, 3].map((id) => writers.shareOf(id))).toEqual([0, 0, 0]);
  });
});
