import { nextRetry } from "./backoff.ts";
import { allAcked } from "./links.ts";
import { type Subscription, type Wake, type WakeRef, wakeRef } from "./state.ts";

/** The webhook accepted the wake, or the wake stream holds it. */
export function delivered(subscription: Subscription, ref: WakeRef): Subscription {
  const { wake } = subscription;
  if (!isInFlight(subscription, ref, wake) || wake.isDelivered) return subscription;
  return { ...subscription, retry: null, wake: { ...wake, isDelivered: true } };
}

/** The webhook answered that it is done: all that the wake reported is acknowledged (§7.1). */
export function finished(subscription: Subscription, ref: WakeRef): Subscription {
  if (!isInFlight(subscription, ref, subscription.wake)) return subscription;
  return { ...subscription, links: allAcked(subscription.links), retry: null, wake: null };
}

/** The wake was not delivered. It stays in flight, and its lease lasts until some time after the next attempt. */
export function failed(subscription: Subscription, ref: WakeRef, now: number, random: number): Subscription {
  const { wake, configuration } = subscription;
  if (!isInFlight(subscription, ref, wake) || wake.isDelivered) return subscription;
  const retry = nextRetry(subscription.retry, now, random);
  const until = retry.nextAttemptAt + configuration.leaseTtlMs;
  const lease = wake.lease === null ? null : { ...wake.lease, until };
  return { ...subscription, retry, wake: { ...wake, lease } };
}

/** A late result for another wake changes nothing. */
export function isInFlight(subscription: Subscription, ref: WakeRef, wake: Wake | null): wake is Wake {
  const current = wakeRef(subscription);
  return wake !== null && current?.generation === ref.generation && current.wakeId === ref.wakeId;
}
