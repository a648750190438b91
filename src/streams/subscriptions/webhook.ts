import type { z } from "@hono/zod-openapi";
import { boundedText } from "../../http/bounded-text.ts";
import { inTime } from "../../transport/in-time.ts";
import type { SigningKey } from "./keys.ts";
import { signature } from "./keys.ts";
import type { notificationOutput } from "./output.ts";
import type { Subscription } from "./state.ts";
import { subscriptionUrl, wokenStreams } from "./view.ts";

/** `taken`: the webhook answers later, by the callback. `done`: it has processed all that was reported. */
export type DeliveryResult = "taken" | "done" | "failed";

/** How long a webhook may take, ms, even if its lease is longer. */
const timeoutMsMax = 30_000;
/** The most that is read of an answer, bytes. */
const answerBytesMax = 65_536;

/**
 * Calls a webhook with the wake in flight (Durable Streams §7.1). It may take as long as its lease. Redirections are
 * not followed, because their address was not checked.
 */
export async function callWebhook(
  subscription: Subscription,
  token: string,
  key: SigningKey,
  now: number,
): Promise<DeliveryResult> {
  const { webhookUrl, leaseTtlMs } = subscription.configuration;
  if (webhookUrl === null) throw new Error("a webhook has no address");
  const body = JSON.stringify(notification(subscription, token));
  const headers = {
    "Content-Type": "application/json",
    "Webhook-Signature": await signature(key, body, now),
  };
  const init = { method: "POST", headers, body, redirect: "manual" } as const;
  try {
    return await inTime(Math.min(leaseTtlMs, timeoutMsMax), async (signal) => {
      const response = await fetch(webhookUrl, { ...init, signal });
      if (response.ok) return (await saysDone(response)) ? "done" : "taken";
      await response.body?.cancel();
      return "failed";
    });
  } catch (error) {
    console.warn(`the webhook of the subscription ${subscription.id} could not be called:`, error);
    return "failed";
  }
}

function notification(subscription: Subscription, token: string): z.infer<typeof notificationOutput> {
  const { id, generation, wake } = subscription;
  if (wake === null) throw new Error("there is no wake to report");
  return {
    subscription_id: id,
    wake_id: wake.id,
    generation,
    streams: wokenStreams(subscription),
    callback_url: `${subscriptionUrl(subscription)}/callback`,
    callback_token: token,
  };
}

/** Any other answer, in any form, only means that the wake has arrived. */
async function saysDone(response: Response): Promise<boolean> {
  const text = await boundedText(response, answerBytesMax);
  if (text === null) return false;
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === "object" && answer !== null && "done" in answer && answer.done === true;
  } catch {
    return false;
  }
}
