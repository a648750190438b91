import { z } from "@hono/zod-openapi";
import { LINKS_MAX, streamPath } from "./configuration.ts";
import { normalizedPath } from "./stream-path.ts";

const workerLengthMax = 256;

/** One or two dots are not an id, because URL parsers remove such a segment (URL Standard, path state). */
const idPattern = /^(?!\.{1,2}$)[^\s/\p{Cc}]+$/u;

const subscriptionId = z
  .string()
  .max(128)
  .regex(idPattern, "must be 1 to 128 characters, without spaces and slashes, and not . or ..")
  .refine((id) => id.isWellFormed(), "must be Unicode")
  .openapi({ description: "The subscription's id.", example: "billing", pattern: idPattern.source });

/** Path parameters of a subscription. */
export const subscriptionParams = { id: subscriptionId };

/** A stream that is linked, or was. It need not be a valid path of a new stream. */
export const linkedPath = z
  .string()
  .transform(normalizedPath)
  .openapi({ description: "A stream's path below the stream root.", example: "orders/eu" });

/** Links streams (Durable Streams §6.4). */
export const streamsInput = z
  .object({ streams: z.array(streamPath).min(1).max(LINKS_MAX) })
  .openapi("SubscriptionStreamsInput");

/** Takes a wake (§7.2). */
export const claimInput = z
  .object({
    worker: z
      .string()
      .min(1)
      .max(workerLengthMax)
      .refine((name) => name.isWellFormed(), "must be Unicode")
      .openapi({ description: "The worker's name, which other workers see while it holds the lease." }),
  })
  .openapi("ClaimInput");

const wakeRef = {
  wake_id: z.string(),
  generation: z.int().min(0),
};

/** Releases a wake (§7.2). */
export const wakeInput = z
  .object(wakeRef)
  .openapi("WakeInput", { description: "The wake, as in its notification." });

/** Acknowledges (§7.1, §7.2). */
export const ackInput = z
  .object({
    ...wakeRef,
    acks: z
      .array(
        z.object({
          stream: linkedPath,
          offset: z.string().openapi({ description: "Where reading continues." }),
        }),
      )
      .max(LINKS_MAX)
      .nullish()
      .openapi({
        description:
          "How far streams were processed. All of them count, or none. Without this member, `done` acknowledges all that the wake has reported. An empty list acknowledges nothing.",
      }),
    done: z
      .boolean()
      .nullish()
      .openapi({ description: "The wake is over. Otherwise the lease is prolonged." }),
  })
  .openapi("AckInput");
