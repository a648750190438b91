import { z } from "@hono/zod-openapi";
import { sign, verify } from "hono/jwt";
import { refusal, type SubscriptionRefusal } from "./refusal.ts";
import { type Subscription, type WakeRef, wakeRef } from "./state.ts";

/**
 * The claims of a token: for one wake of one life of a subscription (Durable Streams §12.9). It names no time: it is
 * good for as long as its wake is in flight, which is as long as the lease, however often that is prolonged.
 */
const claims = z.object({
  sub: z.string(),
  incarnation: z.string(),
  generation: z.int(),
  wake_id: z.string(),
});

/** The token for the wake in flight. */
export function mintToken(subscription: Subscription, secret: string): Promise<string> {
  const { id: sub, incarnation, generation, wake } = subscription;
  if (wake === null) throw new Error("a token was asked for without a wake");
  return sign({ sub, incarnation, generation, wake_id: wake.id }, secret, "HS256");
}

/** Why the bearer of a token may not speak of this wake; null where it may (§7.3). */
export async function tokenFault(
  token: string,
  secret: string,
  subscription: Subscription,
  asked: WakeRef,
): Promise<SubscriptionRefusal | null> {
  let payload: unknown;
  try {
    // Those of an earlier version name a time, which may come before their lease is over.
    payload = await verify(token, secret, { alg: "HS256", exp: false });
  } catch {
    return invalid;
  }
  const parsed = claims.safeParse(payload);
  const isOfThis =
    parsed.data?.sub === subscription.id && parsed.data.incarnation === subscription.incarnation;
  if (!parsed.success || !isOfThis) return invalid;
  const { generation, wake_id } = parsed.data;
  const current = wakeRef(subscription);
  const isCurrent = generation === current?.generation && wake_id === current.wakeId;
  const isAsked = generation === asked.generation && wake_id === asked.wakeId;
  return isCurrent && isAsked ? null : refusal("FENCED", "This wake is not the one in flight any more.");
}

const invalid = refusal("TOKEN_INVALID", "The token is not one for this subscription.");
