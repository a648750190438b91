import type { Settings } from "../log/types.ts";
import { carryOut } from "./carry-out.ts";
import type { Visit } from "./visit.ts";

/**
 * Replicas do not know the leader's time. If a log's time may be over, the leader is asked, at any consistency of the
 * read. `touch`: it is being read, so its time to live begins again. Throws the problems `log-not-found` and
 * `log-gone`, and those of `Router.command`.
 */
export async function renew(
  visit: Visit,
  name: string,
  { ttlSeconds, expiresAt }: Settings,
  touch: boolean,
): Promise<void> {
  if (ttlSeconds === null && expiresAt === null) return;
  await carryOut(visit, { kind: "renew", name, touch });
}

/**
 * How long a reader may wait at once, ms, of the `waitMs` that it asks for: at most half of the log's time to live, so
 * that a reader that continues at once keeps the log alive.
 */
export function waitWithin({ ttlSeconds }: Settings, waitMs: number): number {
  return ttlSeconds === null ? waitMs : Math.min(waitMs, ttlSeconds * 500);
}
