import type { Retry } from "./state.ts";

const delayMsMin = 1_000;
const delayMsMax = 60_000;
const jitter = 0.2;

/** When to try again after another failure (Durable Streams §7.1). `random` is uniform in [0, 1). */
export function nextRetry(last: Retry | null, now: number, random: number): Retry {
  const attempts = (last?.attempts ?? 0) + 1;
  return { attempts, nextAttemptAt: Math.round(now + backoffMs(attempts, random)) };
}

/** From 1 s, doubled with each failure, up to 60 s; give or take 20 %. */
export function backoffMs(failures: number, random: number): number {
  const delayMs = Math.min(delayMsMin * 2 ** (failures - 1), delayMsMax);
  return delayMs * (1 + jitter * (2 * random - 1));
}
