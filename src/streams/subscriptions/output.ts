import { z } from "@hono/zod-openapi";
import { problemTable } from "../../http/problem-table.ts";
import { problemCode } from "./problem-code.ts";
import { refusalStatus } from "./refusal.ts";

const offset = z.string().openapi({ description: "Where reading continues." });
const linkType = z
  .enum(["glob", "explicit"])
  .openapi({ description: "Whether it is linked by the pattern or by its name." });
const generation = z.int().min(0).openapi({ description: "Counts the subscription's wakes." });
const wakeId = z.string().openapi({ description: "Unique for ever." });

/** A stream of a subscription, as its workers see it (Durable Streams §7.1). */
export const streamInfo = z
  .object({
    path: z.string(),
    link_type: linkType,
    acked_offset: offset,
    tail_offset: z.string().openapi({ description: "The stream's end." }),
    has_pending: z.boolean(),
  })
  .openapi("SubscriptionStream");

export type StreamInfo = z.infer<typeof streamInfo>;

const signing = z.object({ alg: z.literal("ed25519"), kid: z.string(), jwks_url: z.string() });

/** A subscription, as shown to clients (§6.3). */
export const subscriptionOutput = z
  .object({
    id: z.string(),
    subscription_id: z.string(),
    type: z.enum(["webhook", "pull-wake"]),
    pattern: z.string().nullable(),
    streams: z.array(z.object({ path: z.string(), link_type: linkType, acked_offset: offset })),
    streams_complete: z.boolean().openapi({
      description:
        "False: the pattern matches more streams than a subscription may have. The others cause no wakes until streams are unlinked or deleted.",
    }),
    webhook: z.object({ url: z.string(), signing: signing.optional() }).nullable(),
    wake_stream: z.string().nullable(),
    lease_ttl_ms: z.int(),
    created_at: z.string().openapi({ format: "date-time" }),
    status: z.enum(["active", "failed"]).openapi({ description: "Whether the last delivery failed." }),
    description: z.string().nullable(),
  })
  .openapi("Subscription");

/** A wake, claimed (§7.2). */
export const claimOutput = z
  .object({
    wake_id: wakeId,
    generation,
    token: z.string().openapi({
      description: "The bearer token for acknowledging and releasing. Valid while the lease lasts.",
    }),
    streams: z.array(streamInfo),
    lease_ttl_ms: z
      .int()
      .openapi({ description: "How long the lease lasts from now on, unless it is prolonged." }),
  })
  .openapi("WakeClaim");

/** An accepted acknowledgement (§7.1, §7.2). */
export const ackOutput = z
  .object({
    ok: z.literal(true),
    next_wake: z.boolean().openapi({ description: "There is more work, and another wake follows." }),
  })
  .openapi("WakeAcknowledged");

/** The body of a webhook's call (§7.1). */
export const notificationOutput = z
  .object({
    subscription_id: z.string(),
    wake_id: wakeId,
    generation,
    streams: z.array(streamInfo),
    callback_url: z.string(),
    callback_token: z.string().openapi({ description: "The bearer token of the callback." }),
  })
  .openapi("WakeNotification");

/** The message in a wake stream (§7.2). */
export const wakeEventOutput = z
  .object({
    type: z.literal("wake"),
    subscription_id: z.string(),
    stream: z.string().openapi({ description: "A stream with news." }),
    generation,
    ts: z.int().openapi({ description: "When it was issued, ms since the epoch." }),
  })
  .openapi("WakeEvent");

/** A published public key of webhook signatures (§6.5, RFC 8037). */
export const publicKeyOutput = z
  .object({
    kty: z.literal("OKP"),
    crv: z.literal("Ed25519"),
    x: z.string(),
    kid: z.string(),
    use: z.literal("sig"),
    alg: z.literal("EdDSA"),
  })
  .openapi("WebhookKey");

const refusalCodes = new Set([...Object.keys(refusalStatus), ...Object.keys(problemTable).map(problemCode)]);

/** A refusal (§7.1, §7.2). */
export const refusalOutput = z
  .object({
    error: z.looseObject({
      code: z.enum([...refusalCodes]),
      message: z.string(),
      current_holder: z
        .string()
        .nullable()
        .optional()
        .openapi({ description: "Of `ALREADY_CLAIMED`: the worker that holds the lease." }),
      generation: generation.optional(),
    }),
  })
  .openapi("SubscriptionRefusal");
