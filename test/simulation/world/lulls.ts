import type { World } from "./world.ts";

/** From time to time no client asks for anything for a while. */
export function startLulls(world: World): void {
  const { random, scheduler, plan } = world;
  const { lullEveryMs, lullMsMax } = plan.clients;
  if (lullEveryMs === 0) return;
  scheduler.after(lullEveryMs * 2 * random.float(), () => {
    if (world.healed) return;
    world.quietUntil = scheduler.now + lullMsMax * random.float();
    startLulls(world);
  });
}
