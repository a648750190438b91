import { describe, expect, test } from "vitest";
import { type Call, judgeWebhook } from "./webhook-oracle.ts";

const call = (generation: number, acked: number, tail: number, isDone: boolean): Call => ({
  ...{ generation, isDone },
  streams: [{ path: "a", acked, tail }],
});
const end = (acked: number, tail: number) => [{ path: "a", acked, tail }];

test("calls that are repeated until they are done break no promise", () => {
  const calls = [call(1, 0, 2, false), call(1, 0, 3, true), call(1, 0, 3, false), call(2, 3, 5, true)];
  expect(judgeWebhook(calls, end(5, 5))).toEqual([]);
});

describe("a subscription that", () => {
  test.each([
    ["skips what was not done", [call(1, 0, 2, false), call(2, 2, 4, true)], end(4, 4)],
    ["skips what was not told", [call(1, 0, 2, true), call(2, 3, 4, true)], end(4, 4)],
    ["goes back", [call(1, 0, 2, true), call(2, 2, 4, true), call(3, 0, 4, true)], end(4, 4)],
    ["never comes to the end", [call(1, 0, 2, true)], end(2, 3)],
    ["is ahead of its stream", [call(1, 0, 2, true), call(2, 2, 1, true)], end(2, 2)],
  ])("%s is found", (_, calls, ends) => {
    expect(judgeWebhook(calls, ends)).toHaveLength(1);
  });
});
