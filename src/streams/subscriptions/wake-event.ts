import type { z } from "@hono/zod-openapi";
import { appendCommand } from "../../log/commands.ts";
import { encodeRecords } from "../../log/records.ts";
import type { Backing } from "./backing.ts";
import type { wakeEventOutput } from "./output.ts";
import type { Subscription } from "./state.ts";
import type { DeliveryResult } from "./webhook.ts";

/**
 * Appends the wake in flight to its wake stream (Durable Streams §7.2), only once however often it is tried: a
 * subscription is a producer, and each generation is an epoch, so an older one is refused after a newer one. It fails
 * while the stream does not exist, or is closed.
 */
export async function appendWakeEvent(backing: Backing, subscription: Subscription): Promise<DeliveryResult> {
  const { id, incarnation, generation, wake, configuration } = subscription;
  if (wake === null || configuration.wakeStream === null) throw new Error("there is no wake to report");
  const event: z.infer<typeof wakeEventOutput> = {
    type: "wake",
    subscription_id: id,
    stream: wake.stream,
    generation,
    ts: wake.at,
  };
  const value = new TextEncoder().encode(JSON.stringify(event));
  const records = encodeRecords([{ format: "json", headers: [], value }]);
  const producer = { id: `wake:${incarnation}`, epoch: generation, seq: 0 };
  const parts = { producer, contentType: "application/json" };
  const command = appendCommand(configuration.wakeStream, { count: 1, records }, parts);
  const outcome = await backing.command(command);
  if (outcome.kind === "appended") return "taken";
  const { reason } = outcome.refusal;
  if (reason === "stale-producer-epoch" || reason === "batch-trimmed") return "taken";
  console.warn(`the wake stream of the subscription ${id} refuses its event: ${reason}`);
  return "failed";
}
