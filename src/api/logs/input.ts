import { z } from "@hono/zod-openapi";
import { MEDIA_TYPE_LENGTH_MAX, mediaTypePattern } from "../../http/media-type.ts";
import { EXPIRES_AT_MAX, TTL_SECONDS_MAX } from "../../log/limits.ts";
import { keepAll, plainSettings } from "../../log/state.ts";
import type { Retention, Settings } from "../../log/types.ts";

const bound = z.int().min(1).nullable().default(null);

/** Bounds of a log's records. */
export const retention = z
  .strictObject({
    age_ms: bound.openapi({ description: "Older records are trimmed, ms." }),
    bytes: bound.openapi({ description: "At least so many stored bytes are kept." }),
    records: bound.openapi({ description: "So many records are kept." }),
  })
  .openapi("Retention", {
    description: "Older records are trimmed within seconds; null: no such bound.",
  });

/** RFC 9110 §8.3.1, without parameters. */
const mediaType = z
  .string()
  .max(MEDIA_TYPE_LENGTH_MAX)
  .regex(mediaTypePattern, "must be a media type without parameters")
  .transform((type) => type.toLowerCase())
  .openapi({ type: "string", example: "application/json" });

/** The body that creates a log, or sets its retention. */
export const logInput = z
  .strictObject({
    retention: retention.optional().openapi({ description: "Also set if the log exists already." }),
    content_type: mediaType.optional().openapi({
      description:
        "The media type of all records. A log of `application/json` accepts only records with `json`.",
    }),
    ttl_s: z.int().min(1).max(TTL_SECONDS_MAX).optional().openapi({
      description: "The log is deleted when it was neither read nor written for this long, s.",
    }),
    expires_at: z.int().min(0).max(EXPIRES_AT_MAX).optional().openapi({
      description: "The log is deleted then, ms since the epoch.",
    }),
  })
  .openapi("LogInput");

/** The settings of a new log. */
export function settingsOf(input: z.infer<typeof logInput>): Settings {
  const { content_type: contentType = null, ttl_s: ttlSeconds = null, expires_at: expiresAt = null } = input;
  return {
    ...plainSettings,
    ...{ contentType, ttlSeconds, expiresAt },
    retention: input.retention === undefined ? keepAll : retentionOf(input.retention),
  };
}

function retentionOf({ age_ms: ageMs, bytes, records }: z.infer<typeof retention>): Retention {
  return { ageMs, bytes, records };
}
