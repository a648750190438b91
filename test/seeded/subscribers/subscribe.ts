import { requestJson } from "../../../scripts/files/http.ts";
import type { SubscriptionPlan } from "../world/plan.ts";
import type { Scene } from "../world/scene.ts";
import { announcements, pullWakes } from "./puller.ts";
import { Subscription } from "./subscription.ts";
import { Webhook } from "./webhook.ts";
import { Worker } from "./worker.ts";

/** A subscription whose workers run until the scene is over. */
export interface Subscribed {
  readonly subscription: Subscription;
  /** Ends once the scene is over. */
  readonly running: Promise<unknown>;
}

/** Creates a subscription, and starts its workers. */
export async function subscribe(scene: Scene, plan: SubscriptionPlan): Promise<Subscribed> {
  const subscription = new Subscription(scene, plan);
  return plan.type === "webhook" ? byWebhook(scene, subscription) : byPulling(scene, subscription);
}

async function byWebhook(scene: Scene, subscription: Subscription): Promise<Subscribed> {
  const { url } = await scene.lineOf(`the worker of ${subscription.plan.id}`);
  const { receiver } = new Webhook(scene, subscription, url);
  await receiver.start();
  await subscription.make(receiver.url);
  const running = new Promise<void>((resolve) => {
    scene.over.addEventListener("abort", () => resolve(receiver.stop()), { once: true });
  });
  return { subscription, running };
}

async function byPulling(scene: Scene, subscription: Subscription): Promise<Subscribed> {
  const { id, workers } = subscription.plan;
  const log = new URL(`/v1/logs/${encodeURIComponent(subscription.wakeStream)}`, scene.cluster.url);
  const headers = { "Content-Type": "application/json" };
  await requestJson(log, { method: "PUT", headers, body: '{"content_type":"application/json"}' });
  await subscription.make(null);
  const names = Array.from({ length: workers }, (_, at) => `worker ${at} of ${id}`);
  const running = names.map(async (name) => {
    const { url } = await scene.lineOf(name);
    const worker = new Worker(scene, subscription, scene.randomOf(name), url);
    await pullWakes(scene, subscription, worker, name);
  });
  return { subscription, running: Promise.all(running) };
}

/** Notes, at the end, which wakes were announced. */
export async function noteAnnouncements(scene: Scene, { subscription }: Subscribed): Promise<void> {
  if (subscription.plan.type === "webhook") return;
  const { records } = await announcements(scene.cluster.url, subscription, 0);
  subscription.history.announced = records.map(({ json }) => json.generation);
}
