import { describe, expect, test } from "vitest";
import { Random } from "../world/random.ts";
import { type AppendOperation, checkHistory, type History, type Observation } from "./linearizability.ts";
import { hasLinearization } from "./linearizability-brute-force.ts";

function append(change: Partial<AppendOperation> = {}): AppendOperation {
  return {
    records: [1],
    invoked: 0,
    returned: 1,
    outcome: "acknowledged",
    start: 0,
    expected: null,
    ...change,
  };
}

function observe(change: Partial<Observation> = {}): Observation {
  return {
    invoked: 2,
    returned: 3,
    from: 0,
    records: [],
    tailMin: 0,
    tailMax: Number.POSITIVE_INFINITY,
    ...change,
  };
}

const two = [append(), append({ records: [2], invoked: 2, returned: 3, start: 1 })];

const history = (
  appends: readonly AppendOperation[],
  observations: readonly Observation[] = [],
): History => ({
  appends,
  observations,
});

describe("a history that is right", () => {
  const unknown = append({
    records: [2],
    outcome: "unknown",
    returned: Number.POSITIVE_INFINITY,
    start: null,
  });
  const right: [string, History, number[]][] = [
    ["nothing at all", history([]), []],
    ["two appends in order", history(two), [1, 2]],
    ["an unknown outcome that happened", history([append(), unknown]), [1, 2]],
    ["an unknown outcome that did not", history([append(), unknown]), [1]],
    ["a failure that is absent", history([append({ outcome: "failed", start: null })]), []],
    [
      "a read that overlaps an append and misses it",
      history(two, [observe({ invoked: 2.5, tailMin: 1, tailMax: 1 })]),
      [1, 2],
    ],
    [
      "a read that overlaps an append and sees it",
      history(two, [observe({ invoked: 2.5, records: [1, 2], tailMax: 2 })]),
      [1, 2],
    ],
  ];
  test.each(right)("%s", (_, given, log) => {
    expect(checkHistory(given, log)).toBeNull();
    expect(hasLinearization(given, log)).toBe(true);
  });
});

describe("a history that is wrong", () => {
  const swapped = [append({ start: 1 }), append({ records: [2], invoked: 2, returned: 3, start: 0 })];
  const wrong: [string, History, number[]][] = [
    ["R1: record 1 is at 0", history([append()]), [1, 1]],
    ["R1: the batch", history([append({ records: [1, 3] }), append({ records: [2], start: 1 })]), [1, 2, 3]],
    ["R1: only a part", history([append({ records: [3, 1], outcome: "unknown" })]), [1]],
    ["R2: acknowledged record 1 is lost", history([append()]), []],
    ["R2: record 2 was acknowledged at 0", history([append(), append({ records: [2] })]), [1, 2]],
    [
      "R2: record 2 was to be at 0",
      history([append(), append({ records: [2], start: 1, expected: 0 })]),
      [1, 2],
    ],
    ["R3", history([append({ outcome: "failed" })]), [1]],
    ["R5", history([append()]), [1, 2]],
    ["R6", history(two, [observe({ records: [2] })]), [1, 2]],
    ["R6", history(two, [observe({ from: 1, records: [2, 3] })]), [1, 2]],
    ["R7: the tail was seen at 3, beyond", history(two, [observe({ tailMin: 3 })]), [1, 2]],
    ["R7: the tail was seen at 2 or more", history(two, [observe({ records: [1, 2], tailMax: 1 })]), [1, 2]],
    [
      "R7: the tail was seen from 1 to 1, inside",
      history([append({ records: [1, 2] })], [observe({ tailMin: 1, tailMax: 1 })]),
      [1, 2],
    ],
    ["R8", history(swapped), [2, 1]],
    ["R8", history(two, [observe({ invoked: 4, returned: 5, records: [1], tailMax: 1 })]), [1, 2]],
    ["R8", history(two, [observe({ invoked: 0.2, returned: 1.5, records: [1, 2] })]), [1, 2]],
  ];
  test.each(wrong)("%s", (rule, given, log) => {
    expect(checkHistory(given, log)).toMatch(new RegExp(`^${rule}`));
    if (new Set(log).size === log.length) expect(hasLinearization(given, log)).toBe(false);
  });
});

/** A history that is right or nearly so: appends and reads that overlap, then a number or two changed. */
function randomHistory(random: Random): { readonly given: History; readonly log: number[] } {
  const log: number[] = [];
  const appends: AppendOperation[] = [];
  const observations: Observation[] = [];
  const wobble = (): number => (random.chance(0.15) ? random.between(-1, 1) : 0);
  const count = random.between(1, 6);
  for (let i = 0; i < count; i++) {
    const [invoked, returned] = [4 * i - random.below(8), 4 * i + 1 + random.below(8)];
    if (random.chance(0.5)) {
      const records = Array.from({ length: random.between(1, 2) }, (_, offset) => 10 * i + offset);
      const outcome = random.pick(["acknowledged", "acknowledged", "failed", "unknown"] as const);
      const happens = outcome === "acknowledged" || random.chance(outcome === "failed" ? 0.05 : 0.5);
      const start = log.length + wobble();
      const expected = random.chance(0.2) ? log.length + wobble() : null;
      appends.push({
        records,
        invoked,
        outcome,
        expected,
        start: outcome === "acknowledged" ? start : null,
        returned: outcome === "unknown" ? Number.POSITIVE_INFINITY : returned,
      });
      if (happens) log.push(...records);
    } else {
      const from = random.below(log.length + 1);
      const records = log.slice(from, from + random.below(3));
      const tail = Math.max(0, log.length + wobble());
      observations.push({
        invoked,
        returned,
        from,
        records,
        tailMin: random.chance(0.5) ? tail : 0,
        tailMax: random.chance(0.6) ? tail : Number.POSITIVE_INFINITY,
      });
    }
  }
  return { given: { appends, observations }, log };
}

test("agrees with the definition on small random histories", () => {
  const random = new Random(1);
  const verdicts = { right: 0, wrong: 0 };
  for (let i = 0; i < 20_000; i++) {
    const { given, log } = randomHistory(random);
    const verdict = checkHistory(given, log);
    expect({ verdict, given, log }).toSatisfy(() => (verdict === null) === hasLinearization(given, log));
    verdicts[verdict === null ? "right" : "wrong"] += 1;
  }
  expect(Math.min(verdicts.right, verdicts.wrong)).toBeGreaterThan(2_000);
});

test("a long history is checked quickly", () => {
  const count = 200_000;
  const appends = Array.from({ length: count }, (_, i) =>
    append({ records: [i], invoked: 2 * i, returned: 2 * i + 3, start: i }),
  );
  const began = performance.now();
  expect(
    checkHistory(
      history(appends),
      Array.from({ length: count }, (_, i) => i),
    ),
  ).toBeNull();
  expect(performance.now() - began).toBeLessThan(2_000);
});
