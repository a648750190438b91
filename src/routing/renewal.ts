import type { Settings } from "../log/types.ts";
import { carryOut } from "./carry-out.ts";
import type { Visit } from "./visit.ts";

/**
 * Replicas do not know the time: of a log whose time may be over its leader is asked, whatever the consistency
 * of the read. `touch`: it is being read, and its time to live begins anew. Throws the problems `log-not-found`
 * and `log-gone`, and those of `Router.command`.
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
 * How long a reader may wait in one go, ms, of the `waitMs` that it wants to: half of the log's time to live at
 * most, so that whoever reads on at once keeps it.
 */
export function waitWithin({ ttlSeconds }: Settings, waitMs: number): number {
  return ttlSeconds === null ? waitMs : Math.min(waitMs, ttlSeconds * 500);
}
