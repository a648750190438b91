import { parseOffset } from "../offset.ts";
import { isInFlight } from "./delivering.ts";
import { allAcked, type EndsByPath, isOfEarlierLife, type Look, relinked, told } from "./links.ts";
import { refusal, type SubscriptionRefusal } from "./refusal.ts";
import type { Link, Subscription, WakeRef } from "./state.ts";
import { firstPending, looked, woken } from "./waking.ts";

/** The result of a worker's request. A refusal may still have changed something. */
export interface Transition {
  readonly subscription: Subscription;
  readonly refusal: SubscriptionRefusal | null;
}

/** How far a stream was processed: `offset` is where reading continues (§7). */
export interface Ack {
  readonly stream: string;
  readonly offset: string;
}

/** A worker's report about its wake. */
export interface Progress {
  /** All of them count, or none. */
  readonly acks: readonly Ack[];
  /** The wake is over. */
  readonly isDone: boolean;
  /** All that the wake has reported is done, and no stream is listed. */
  readonly isAll: boolean;
}

/**
 * A worker claims the wake in flight, or a new one if there is work (§7.2). The wake then reports what the worker's
 * answer shows.
 */
export function claimed(
  subscription: Subscription,
  worker: string,
  look: Look,
  wakeId: string,
  now: number,
): Transition {
  const { wake, generation, configuration } = subscription;
  if (configuration.type !== "pull-wake") return wrongType(subscription);
  if (wake?.lease) {
    const members = { current_holder: wake.lease.holder, generation };
    return refused(subscription, refusal("ALREADY_CLAIMED", "Another worker holds the lease.", members));
  }
  const current = relinked(subscription, look);
  const stream = firstPending(current.links, look.ends);
  if (stream === null) {
    // A worker that finds no work will not come back for this wake, so the next work needs a new one.
    const idle = wake === null ? subscription : { ...subscription, wake: null, retry: null };
    return refused(idle, refusal("NO_PENDING_WORK", "No stream has records that were not acknowledged."));
  }
  const base = { ...current, links: told(current.links, look.ends) };
  const awake = wake === null ? woken(base, stream, look.ends, wakeId, now) : base;
  return leased({ ...awake, retry: null }, { holder: worker, until: now + configuration.leaseTtlMs });
}

/** Moves cursors, and prolongs the lease. If all is done, ends it, and wakes again if there is more (§7.1, §7.2). */
export function acked(
  subscription: Subscription,
  ref: WakeRef,
  { acks, isDone, isAll }: Progress,
  look: Look,
  wakeId: string,
  now: number,
): Transition {
  const fence = fenced(subscription, ref);
  if (fence !== null) return refused(subscription, fence);
  const before = isAll ? allAcked(subscription.links) : subscription.links;
  const links = afterAcks(before, acks, look.ends);
  if ("code" in links) return refused(subscription, links);
  const base = { ...subscription, links, retry: null };
  if (isDone) return accepted(looked({ ...base, wake: null }, look, wakeId, now));
  const holder = subscription.wake?.lease?.holder ?? null;
  return leased(base, { holder, until: now + subscription.configuration.leaseTtlMs });
}

/** Releases the wake. There is a new one if there is work (§7.2). */
export function released(
  subscription: Subscription,
  ref: WakeRef,
  look: Look,
  wakeId: string,
  now: number,
): Transition {
  if (subscription.configuration.type !== "pull-wake") return wrongType(subscription);
  const fence = fenced(subscription, ref);
  if (fence !== null) return refused(subscription, fence);
  return accepted(looked({ ...subscription, wake: null, retry: null }, look, wakeId, now));
}

/** A request about another wake than the one in flight, or about an unclaimed one, is late (§7.3). */
export function fenced(subscription: Subscription, ref: WakeRef): SubscriptionRefusal | null {
  const isHeld = isInFlight(subscription, ref, subscription.wake) && subscription.wake.lease !== null;
  return isHeld ? null : refusal("FENCED", "This wake is not the one in flight any more.");
}

/** Only workers of the type `pull-wake` claim, and only webhooks are called. */
export function wrongType(subscription: Subscription): Transition {
  const message = `The subscription is of the type ${subscription.configuration.type}.`;
  return refused(subscription, refusal("INVALID_REQUEST", message));
}

/** Applies all of the acknowledgements, or none. Those of deleted streams, or of earlier lives, are ignored. */
function afterAcks(
  links: readonly Link[],
  acks: readonly Ack[],
  ends: EndsByPath,
): readonly Link[] | SubscriptionRefusal {
  const moved = new Map(links.map((link) => [link.path, link]));
  for (const { stream, offset } of acks) {
    const link = moved.get(stream);
    // An offset within a record means that the record is not processed yet.
    const seq = parseOffset(offset)?.seq ?? null;
    const there = ends.get(stream);
    if (link === undefined) return refusal("INVALID_OFFSET", `The stream ${stream} is not linked.`);
    if (seq === null)
      return refusal("INVALID_OFFSET", `The offset of ${stream} is not an offset of this server.`);
    if (there === undefined || isOfEarlierLife(link, there)) continue;
    if (seq < link.acked || seq > there.tail)
      return refusal("INVALID_OFFSET", `The offset of ${stream} lies before its cursor, or beyond its tail.`);
    moved.set(stream, { ...link, acked: seq });
  }
  return [...moved.values()];
}

/** A worker that works on a wake has received it, even if the delivery seemed to fail. */
function leased(
  subscription: Subscription,
  lease: { readonly holder: string | null; readonly until: number },
) {
  const { wake } = subscription;
  return accepted(
    wake === null ? subscription : { ...subscription, wake: { ...wake, isDelivered: true, lease } },
  );
}

function accepted(subscription: Subscription): Transition {
  return { subscription, refusal: null };
}

function refused(subscription: Subscription, why: SubscriptionRefusal): Transition {
  return { subscription, refusal: why };
}
