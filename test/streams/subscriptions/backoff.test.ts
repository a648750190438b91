import { expect, test } from "vitest";
import { backoffMs, nextRetry } from "../../../src/streams/subscriptions/backoff.ts";

test("retries follow after 1, 2, 4 … seconds, at most after a minute", () => {
  const delays = Array.from({ length: 9 }, (_, failures) => backoffMs(failures + 1, 0.5));
  expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  expect(backoffMs(10_000, 0.5)).toBe(60_000);
});

test("the delays vary by 20 % in both directions", () => {
  expect(backoffMs(1, 0)).toBe(800);
  expect(backoffMs(1, 0.999_999)).toBeCloseTo(1_200, 1);
  expect(backoffMs(20, 0)).toBe(48_000);
});

test("the delay counts from the moment at which the failure is known", () => {
  const first = nextRetry(null, 5_000, 0.5);
  expect(first).toEqual({ attempts: 1, nextAttemptAt: 6_000 });
  expect(nextRetry(first, 7_000, 0.5)).toEqual({ attempts: 2, nextAttemptAt: 9_000 });
});
