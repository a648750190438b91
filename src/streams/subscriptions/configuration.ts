import { z } from "@hono/zod-openapi";
import { encodeBase64Url } from "hono/utils/encode";
import { literalPrefix } from "./glob.ts";
import type { SubscriptionConfiguration } from "./state.ts";
import { isPathPattern, isStreamPath, normalizedPath } from "./stream-path.ts";

const leaseTtlMs = { min: 1_000, max: 600_000, default: 30_000 };
const descriptionLengthMax = 1_024;

/** Streams of a subscription, at most. With its cursors they are one document, which must fit into one entry. */
export const LINKS_MAX = 3_000;

/** A stream, by its path below the stream root. */
export const streamPath = z
  .string()
  .transform(normalizedPath)
  .refine(isStreamPath, "must be the path of a stream")
  .openapi({ description: "A stream's path below the stream root.", example: "orders/eu" });

const pattern = z
  .string()
  .transform(normalizedPath)
  .refine(isPathPattern, "must be the path of a stream, with * or ** in place of segments")
  .openapi({
    description: "Streams by their path: `*` is one segment, `**` any number. This, `streams`, or both.",
    example: "orders/*",
  });

/**
 * The body that creates a subscription (Durable Streams §6.2), as its configuration. Members that its type does not use
 * are dropped.
 */
export const configurationInput = z
  .object({
    type: z.enum(["webhook", "pull-wake"]),
    pattern: pattern.nullish(),
    streams: z.array(streamPath).max(LINKS_MAX).nullish(),
    webhook: z
      .object({ url: z.string() })
      .nullish()
      .openapi({ description: "Of the type `webhook`: the webhook to call." }),
    wake_stream: streamPath.nullish().openapi({
      description: "Of the type `pull-wake`: a stream of JSON, to which wakes are appended.",
    }),
    lease_ttl_ms: z
      .int()
      .min(leaseTtlMs.min)
      .max(leaseTtlMs.max)
      .nullish()
      .openapi({ description: `How long a wake is leased, ms; ${leaseTtlMs.default} by default.` }),
    description: z
      .string()
      .max(descriptionLengthMax)
      .refine((text) => text.isWellFormed(), "must be Unicode")
      .nullish(),
  })
  .transform(
    (input): SubscriptionConfiguration => ({
      type: input.type,
      pattern: input.pattern ?? null,
      streams: [...new Set(input.streams ?? [])].sort(),
      webhookUrl: input.type === "webhook" ? (input.webhook?.url ?? null) : null,
      wakeStream: input.type === "pull-wake" ? (input.wake_stream ?? null) : null,
      leaseTtlMs: input.lease_ttl_ms ?? leaseTtlMs.default,
      description: input.description ?? null,
    }),
  )
  .refine(({ pattern, streams }) => pattern !== null || streams.length > 0, "needs pattern or streams")
  .refine(({ type, webhookUrl }) => type !== "webhook" || webhookUrl !== null, "needs webhook.url")
  .refine(({ type, wakeStream }) => type !== "pull-wake" || wakeStream !== null, "needs wake_stream")
  .refine(
    ({ streams, wakeStream }) => wakeStream === null || !streams.includes(wakeStream),
    "would wake the subscription itself",
  )
  .openapi("SubscriptionInput");

/** SHA-256 of a configuration, in base64url. Equal for equal configurations, however they were written. */
export async function configurationHash(configuration: SubscriptionConfiguration): Promise<string> {
  const { type, pattern, streams, webhookUrl, wakeStream, leaseTtlMs: ttl, description } = configuration;
  const canonical = JSON.stringify([type, pattern, streams, webhookUrl, wakeStream, ttl, description]);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonical));
  return encodeBase64Url(digest);
}

/** The streams that a subscription reads or writes, and the prefix of its pattern. */
export function targetsOf({ pattern, streams, wakeStream }: SubscriptionConfiguration): readonly string[] {
  const prefixes = pattern === null ? [] : [literalPrefix(pattern)];
  return [...prefixes, ...streams, ...(wakeStream === null ? [] : [wakeStream])];
}
