import { describe, expect, it } from "vitest";
import {
  configurationHash,
  configurationInput,
  LINKS_MAX,
  targetsOf,
} from "../../../src/streams/subscriptions/configuration.ts";

const webhook = { type: "webhook", pattern: "events/*", webhook: { url: "https://worker.example/" } };
const pull = { type: "pull-wake", streams: ["a"], wake_stream: "wake/pool" };
const hashOf = (input: unknown) => configurationHash(configurationInput.parse(input));

describe("a configuration", () => {
  it("has defaults, and no members that its type does not use", () => {
    expect(configurationInput.parse({ ...webhook, wake_stream: "wake/pool", other: 1 })).toEqual({
      ...{ type: "webhook", pattern: "events/*", streams: [], webhookUrl: "https://worker.example/" },
      ...{ wakeStream: null, leaseTtlMs: 30_000, description: null },
    });
    expect(configurationInput.parse({ ...pull, webhook: { url: "x" }, pattern: null })).toMatchObject({
      ...{ webhookUrl: null, wakeStream: "wake/pool", pattern: null },
    });
  });

  it("is the same in each way to write its streams", async () => {
    const hash = await hashOf({ ...pull, streams: ["a", "b/c"] });
    expect(await hashOf({ ...pull, streams: ["/b/c/", "a", "a"], lease_ttl_ms: 30_000 })).toBe(hash);
    expect(configurationInput.parse({ ...pull, streams: ["b", "/a", "b"] }).streams).toEqual(["a", "b"]);
  });

  it("differs if one of its parts differs", async () => {
    const others = [
      webhook,
      { ...webhook, pattern: "events/**" },
      { ...webhook, streams: ["a"] },
      { ...webhook, webhook: { url: "https://worker.example/2" } },
      { ...webhook, lease_ttl_ms: 1_000 },
      { ...webhook, description: "x" },
      { ...pull, pattern: "events/*", streams: [] },
      { ...pull, pattern: "events/*", streams: [], wake_stream: "wake/other" },
    ];
    expect(new Set(await Promise.all(others.map(hashOf))).size).toBe(others.length);
  });

  it("lists the beginning of its pattern, its streams and its wake stream", () => {
    const input = { ...pull, pattern: "events/*", streams: ["b", "a"] };
    expect(targetsOf(configurationInput.parse(input))).toEqual(["events/", "a", "b", "wake/pool"]);
    expect(targetsOf(configurationInput.parse(webhook))).toEqual(["events/"]);
  });
});

it.each([
  ["no object", null],
  ["no type", { ...webhook, type: undefined }],
  ["another type", { ...webhook, type: "email" }],
  ["neither pattern nor streams", { ...webhook, pattern: undefined }],
  ["no streams in the list, and no pattern", { ...pull, streams: [] }],
  ["no webhook", { ...webhook, webhook: undefined }],
  ["a webhook without an address", { ...webhook, webhook: {} }],
  ["no wake stream", { ...pull, wake_stream: undefined }],
  ["a wake stream among the streams", { ...pull, streams: ["wake/pool"] }],
  ["a pattern with half a segment", { ...webhook, pattern: "events/a*" }],
  ["an empty segment", { ...webhook, pattern: "events//*" }],
  ["an empty pattern", { ...webhook, pattern: "" }],
  ["a reserved stream", { ...pull, streams: ["__ds/x"] }],
  ["a log of the system", { ...pull, streams: ["_clusters"] }],
  ["a path with two dots", { ...pull, streams: ["a/../b"] }],
  ["a stream that is not a text", { ...pull, streams: [1] }],
  ["too many streams", { ...pull, streams: Array.from({ length: LINKS_MAX + 1 }, (_, i) => `s${i}`) }],
  ["a lease that is too short", { ...webhook, lease_ttl_ms: 999 }],
  ["a lease that is too long", { ...webhook, lease_ttl_ms: 600_001 }],
  ["a lease that is not a whole number", { ...webhook, lease_ttl_ms: 1_000.5 }],
  ["a lease that is a text", { ...webhook, lease_ttl_ms: "1000" }],
  ["half a character", { ...webhook, description: "\ud800" }],
])("%s is refused", (_, input) => {
  expect(configurationInput.safeParse(input).success).toBe(false);
});
