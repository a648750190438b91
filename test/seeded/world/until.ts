import { setTimeout } from "node:timers/promises";

const pollMs = 10;

/** Waits for a condition. False if it does not hold in time. */
export async function until(isTrue: () => boolean | Promise<boolean>, patienceMs: number): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) return false;
    await setTimeout(pollMs);
  }
  return true;
}
