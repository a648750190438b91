import { configurationInput } from "../../../src/streams/subscriptions/configuration.ts";
import type { EndsByPath, Look } from "../../../src/streams/subscriptions/links.ts";
import type {
  Subscription,
  SubscriptionConfiguration,
  WakeRef,
} from "../../../src/streams/subscriptions/state.ts";

export const TTL = 10_000;

/** The life of all streams. */
export const LOG = 7;

const base = { lease_ttl_ms: TTL };

export const webhook: SubscriptionConfiguration = configurationInput.parse({
  ...base,
  type: "webhook",
  pattern: "events/*",
  webhook: { url: "https://worker.example/" },
});

export const pull: SubscriptionConfiguration = configurationInput.parse({
  ...base,
  type: "pull-wake",
  pattern: "events/*",
  wake_stream: "wake/pool",
});

/** An idle subscription with one stream, of which two records are acknowledged. */
export function subscriptionOf(
  configuration: SubscriptionConfiguration,
  parts: Partial<Subscription> = {},
): Subscription {
  return {
    ...{ id: "sub", incarnation: "life-1", configuration, configurationHash: "hash", createdAt: 0 },
    ...{ streamRoot: "https://server.example/v1/stream", lacksRoom: false, generation: 0 },
    ...{ wake: null, retry: null },
    links: [{ path: "events/a", isExplicit: false, acked: 2, log: LOG, tail: 2 }],
    ...parts,
  };
}

/** Streams by their tails; they begin at 0. */
export function endsOf(tails: Readonly<Record<string, number>>): EndsByPath {
  return new Map(
    Object.entries(tails).map(([path, tail]) => [path, { log: LOG, start: 0, earliest: 0, tail }]),
  );
}

export function lookAt(tails: Readonly<Record<string, number>>, found: readonly string[] = []): Look {
  return { ends: endsOf(tails), found, isWhole: false };
}

/** The wake in flight. */
export function refOf({ generation, wake }: Subscription): WakeRef {
  if (wake === null) throw new Error("there is no wake in flight");
  return { generation, wakeId: wake.id };
}
