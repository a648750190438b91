import { setTimeout } from "node:timers/promises";
import { requestJson } from "../../../scripts/files/http.ts";
import type { Scene } from "../world/scene.ts";
import type { StreamInfo, Subscription } from "./subscription.ts";
import type { Worker } from "./worker.ts";

const retryMs = 50;
/** How long to wait for the next announcement, ms. */
const waitMs = 1_000;

interface Page {
  readonly records: readonly { readonly json: { readonly generation: number } }[];
  readonly next: number;
}

interface Claim {
  readonly wake_id: string;
  readonly generation: number;
  readonly token: string;
  readonly streams: readonly StreamInfo[];
}

/** The announcements of wakes from a place on, and where the next one will be. */
export function announcements(url: string, { wakeStream }: Subscription, from: number): Promise<Page> {
  const path = `/v1/logs/${encodeURIComponent(wakeStream)}/records?from=${from}&wait=${waitMs}`;
  return requestJson(new URL(path, url), { headers: { Accept: "application/json" } });
}

/** Claims a wake only if one is announced. So a wake without an announcement is never processed. */
export async function pullWakes(
  scene: Scene,
  subscription: Subscription,
  worker: Worker,
  name: string,
): Promise<void> {
  for (let next = 0; !scene.over.aborted; ) {
    const page = await announcements(worker.url, subscription, next);
    next = page.next;
    if (page.records.length > 0) await claim(scene, subscription, worker, name);
  }
}

/** Asks until it learns which worker has the wake. */
async function claim(scene: Scene, subscription: Subscription, worker: Worker, name: string): Promise<void> {
  while (!scene.over.aborted) {
    const answer = await worker.post("claim", { worker: name }, null);
    if (answer?.status === 200) {
      const { wake_id: wakeId, generation, token, streams } = JSON.parse(answer.text) as Claim;
      const told = subscription.told(generation, wakeId, streams);
      return worker.work({ wakeId, generation, token }, told);
    }
    if (answer !== null) return;
    await setTimeout(retryMs);
  }
}
