import { nextRetry } from "./backoff.ts";
import { type EndsByPath, isPending, type Look, relinked, told } from "./links.ts";
import type { Link, Subscription } from "./state.ts";

/**
 * The subscription as of `now`: a wake ends with its lease (§7.3). A webhook that has not answered within its lease has
 * failed.
 */
export function expired(subscription: Subscription, now: number, random: number): Subscription {
  const { wake, retry } = subscription;
  if (wake === null || wake.lease === null || now < wake.lease.until) return subscription;
  return { ...subscription, wake: null, retry: wake.isDelivered ? retry : nextRetry(retry, now, random) };
}

/** Wakes an idle subscription with pending work (§7), unless a delivery has just failed. */
export function looked(subscription: Subscription, look: Look, wakeId: string, now: number): Subscription {
  if (subscription.wake !== null || isHeldBack(subscription, now)) return subscription;
  const current = relinked(subscription, look);
  const stream = firstPending(current.links, look.ends);
  if (stream !== null) return woken(current, stream, look.ends, wakeId, now);
  const { lacksRoom } = current;
  const isSame = subscription.retry === null && lacksRoom === subscription.lacksRoom;
  return isSame ? subscription : { ...subscription, retry: null, lacksRoom };
}

/** Begins the next generation. A webhook's lease starts with it (§7.3). */
export function woken(
  subscription: Subscription,
  stream: string,
  ends: EndsByPath,
  wakeId: string,
  now: number,
): Subscription {
  const { type, leaseTtlMs } = subscription.configuration;
  const lease = type === "webhook" ? { holder: null, until: now + leaseTtlMs } : null;
  return {
    ...subscription,
    links: told(subscription.links, ends),
    generation: subscription.generation + 1,
    wake: { id: wakeId, stream, at: now, isDelivered: false, lease },
  };
}

/** The first stream with pending work; null if there is none. */
export function firstPending(links: readonly Link[], ends: EndsByPath): string | null {
  return links.find((link) => isPending(link, ends.get(link.path)))?.path ?? null;
}

/** Whether the next delivery must wait, because the last one failed. */
export function isHeldBack({ retry }: Subscription, now: number): boolean {
  return retry !== null && now < retry.nextAttemptAt;
}

/** Whether the wake in flight must be delivered now. */
export function isToDeliver(subscription: Subscription, now: number): boolean {
  return subscription.wake?.isDelivered === false && !isHeldBack(subscription, now);
}

/**
 * When work on a subscription is due next, ms since the epoch; 0: at once; null: nothing is due. `hasNews`: its streams
 * must be checked.
 */
export function dueAt({ wake, retry }: Subscription, hasNews: boolean): number | null {
  const attemptAt = retry?.nextAttemptAt ?? 0;
  if (wake === null) return hasNews ? attemptAt : null;
  const until = wake.lease?.until ?? null;
  if (wake.isDelivered) return until;
  return Math.min(attemptAt, until ?? attemptAt);
}
