import { describe, expect, it } from "vitest";
import { clusterName, consumerName, logName } from "../../../src/http/parameters.ts";
import { configurationInput, streamPath } from "../../../src/streams/subscriptions/configuration.ts";
import { claimInput, subscriptionParams } from "../../../src/streams/subscriptions/input.ts";

const pattern = configurationInput.transform((configuration) => configuration.pattern);
const wakeStream = configurationInput.transform((configuration) => configuration.wakeStream);
const asPattern = (text: string) => ({
  ...{ type: "webhook", pattern: text, webhook: { url: "https://worker.example/" } },
});
const asWakeStream = (text: string) => ({ type: "pull-wake", pattern: "events/*", wake_stream: text });

describe.each([
  ["a subscription's id", (text: string) => subscriptionParams.id.safeParse(text)],
  ["a log's name, and a stream's path", (text: string) => logName.safeParse(text)],
  ["a stream that is linked", (text: string) => streamPath.safeParse(text)],
  ["a pattern", (text: string) => pattern.safeParse(asPattern(text))],
  ["a wake stream", (text: string) => wakeStream.safeParse(asWakeStream(text))],
  ["a consumer's name", (text: string) => consumerName.safeParse(text)],
  ["a cluster's name", (text: string) => clusterName.safeParse(text)],
])("%s", (_, parse) => {
  it.each([".", "..", "", "%2e", "a/../b", "a/./b", "a//b", "..\\a"])(
    "can't be %j, unless a URL with it leads to it",
    (text) => {
      const { success } = parse(text);
      const url = new URL(`https://server.example/x/${encodeURIComponent(text)}/y`);
      // An accepted name is found again in its own segment of the path.
      if (success) expect(decodeURIComponent(url.pathname.split("/")[2] ?? "")).toBe(text);
      if (text === "." || text === "..") expect(success).toBe(false);
    },
  );

  it("can be addressed by a URL", () => {
    expect(parse("a").success).toBe(true);
  });
});

it("a subscription's id may contain dots, and may be three dots", () => {
  for (const id of ["...", ".a", "a.", "..a", "%2e%2e"])
    expect(subscriptionParams.id.safeParse(id).success).toBe(true);
});

it("a worker's name is stored as it was given, or refused", () => {
  expect(claimInput.safeParse({ worker: "..\u00fc" }).success).toBe(true);
  expect(claimInput.safeParse({ worker: "\ud800" }).success).toBe(false);
});
