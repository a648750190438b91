import { z } from "@hono/zod-openapi";
import { sign, verify } from "hono/jwt";
import { refusal, type SubscriptionRefusal } from "./refusal.ts";
import { type Subscription, type WakeRef, wakeRef } from "./state.ts";

/**
 * The claims of a token, for one wake of one subscription (Durable Streams §12.9). It has no expiry: it is valid while
 * its wake is in flight, which is as long as the lease, however often that is prolonged.
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

/** Why a token is not valid for this wake; null if it is (§7.3). */
export async function tokenFault(
  token: string,
  secret: string,
  subscription: Subscription,
  asked: WakeRef,
): Promise<SubscriptionRefusal | null> {
  let payload: unknown;
  try {
    // Tokens of an earlier version have an expiry, which may come before the end of their lease.
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
