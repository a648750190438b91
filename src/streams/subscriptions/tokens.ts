import { z } from "@hono/zod-openapi";
import { sign, verify } from "hono/jwt";
import { JwtTokenExpired } from "hono/utils/jwt/types";
import { type Refusal, refusal } from "./refusal.ts";
import { type Subscription, type WakeRef, wakeRef } from "./state.ts";

/** How long a token may be used at most, s; it is fenced by the next wake, mostly long before. */
const lifetimeS = 86_400;

/** The claims of a token: for one wake of one life of a subscription (Durable Streams §12.9). */
const claims = z.object({
  sub: z.string(),
  incarnation: z.string(),
  generation: z.int(),
  wake_id: z.string(),
});

/** The token for the wake in flight, made at `now`, ms since the epoch. */
export function mintToken(subscription: Subscription, secret: string, now: number): Promise<string> {
  const { id: sub, incarnation, generation, wake } = subscription;
  if (wake === null) throw new Error("a token was asked for without a wake");
  const exp = Math.floor(now / 1_000) + lifetimeS;
  return sign({ sub, incarnation, generation, wake_id: wake.id, exp }, secret, "HS256");
}

/** Why the bearer of a token may not speak of this wake; null where it may (§7.3). */
export async function tokenFault(
  token: string,
  secret: string,
  subscription: Subscription,
  asked: WakeRef,
): Promise<Refusal | null> {
  let payload: unknown;
  try {
    payload = await verify(token, secret, "HS256");
  } catch (error) {
    return error instanceof JwtTokenExpired ? refusal("TOKEN_EXPIRED", "The token has expired.") : invalid;
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
