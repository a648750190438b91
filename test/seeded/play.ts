import { HttpWriter } from "./clients/http-writer.ts";
import { SessionWriter } from "./clients/session-writer.ts";
import { Follower } from "./followers/follower.ts";
import type { FinalLogs } from "./history.ts";
import { noteAnnouncements, type Subscribed, subscribe } from "./subscribers/subscribe.ts";
import { runFaults } from "./world/faults.ts";
import { closeLogs, createLogs, readLogs } from "./world/logs.ts";
import type { WriterPlan } from "./world/plan.ts";
import { FOLLOWER_PATIENCE_MS, PATIENCE_MS, type Scene } from "./world/scene.ts";
import { until } from "./world/until.ts";

/**
 * Lets the clients of a scene work through its faults, ends the faults, and waits until all come to the end. Returns
 * the final logs.
 */
export async function play(scene: Scene): Promise<FinalLogs> {
  await createLogs(scene);
  const { plan } = scene;
  const subscribed = await Promise.all(plan.subscriptions.map((one) => subscribe(scene, one)));
  const followers = plan.followers.map((one) => new Follower(scene, one));
  const following = followers.map((follower) => follower.run());
  await work(scene);
  scene.heal();
  await closeLogs(scene);
  const logs = await readLogs(scene);
  await until(() => followers.every((follower) => follower.isAtEnd(logs)), FOLLOWER_PATIENCE_MS);
  await Promise.all(subscribed.map((one) => settled(one, logs)));
  for (const one of subscribed) await noteAnnouncements(scene, one);
  await scene.end([...following, ...subscribed.map(({ running }) => running)]);
  return logs;
}

/** Runs until the writers are done and all faults have struck. */
async function work(scene: Scene): Promise<void> {
  let isOver = false;
  const working = [...scene.plan.writers.map((plan) => write(scene, plan)), runFaults(scene)];
  const all = Promise.all(working).finally(() => {
    isOver = true;
  });
  all.catch(() => undefined);
  if (!(await until(() => isOver, PATIENCE_MS)))
    throw new Error(`the writers are stuck: ${scene.settled} batches were answered`);
  await all;
}

function write(scene: Scene, plan: WriterPlan): Promise<void> {
  const writer = plan.form === "session" ? new SessionWriter(scene, plan) : new HttpWriter(scene, plan);
  return writer.run();
}

/** Waits until all cursors are at the ends of their streams. */
async function settled({ subscription }: Subscribed, logs: FinalLogs): Promise<void> {
  await until(async () => {
    const offsets = await subscription.show();
    return subscription.history.streams.every((path) => (offsets[path] ?? 0) === logs.get(path)?.length);
  }, PATIENCE_MS);
}
