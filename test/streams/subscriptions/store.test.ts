import { expect, test } from "vitest";
import { LOG_NAME_LENGTH_MAX } from "../../../src/log/limits.ts";
import { configurationInput, LINKS_MAX } from "../../../src/streams/subscriptions/configuration.ts";
import { Documents } from "../../../src/streams/subscriptions/documents.ts";
import { Store } from "../../../src/streams/subscriptions/store.ts";
import { subscriptionOf } from "./fixture.ts";
import { MemoryBacking } from "./memory-backing.ts";

const LAST = Number.MAX_SAFE_INTEGER;

test("the largest possible subscription is written and read again", async () => {
  const store = new Store(new Documents(new MemoryBacking()));
  const streams = Array.from({ length: LINKS_MAX }, (_, i) => String(i).padStart(LOG_NAME_LENGTH_MAX, "s"));
  const configuration = configurationInput.parse({
    ...{ type: "webhook", pattern: "p".repeat(LOG_NAME_LENGTH_MAX), streams, lease_ttl_ms: 600_000 },
    ...{ webhook: { url: `https://worker.example/${"u".repeat(2_000)}` }, description: "€".repeat(1_024) },
  });
  const links = streams.map((path) => ({ path, isExplicit: true, acked: LAST, log: LAST, tail: LAST }));
  const lease = { holder: "w".repeat(256), until: LAST };
  const wake = { id: "w".repeat(40), stream: streams[0] ?? "", at: LAST, isDelivered: true, lease };
  const streamRoot = `https://${"h".repeat(255)}/v1/clusters/${"c".repeat(63)}/stream`;
  const subscription = subscriptionOf(configuration, { id: "i".repeat(128), links, wake, streamRoot });
  expect(await store.put(subscription, 0)).toBeGreaterThan(0);
  expect((await store.get(subscription.id))?.subscription).toEqual(subscription);
});
