import { z } from "@hono/zod-openapi";
import { LINKS_MAX, streamPath } from "./configuration.ts";
import { normalizedPath } from "./stream-path.ts";

const workerLengthMax = 256;

/** A dot and two dots are no ids: whoever parses a URL takes such a segment away (URL Standard, path state). */
const idPattern = /^(?!\.{1,2}$)[^\s/\p{Cc}]+$/u;

const subscriptionId = z
  .string()
  .max(128)
  .regex(idPattern, "must be 1 to 128 characters, without spaces and slashes, and not . or ..")
  .refine((id) => id.isWellFormed(), "must be Unicode")
  .openapi({ description: "The subscription's id.", example: "billing", pattern: idPattern.source });

/** Path parameters of a subscription. */
export const subscriptionParams = { id: subscriptionId };

/** A stream that may be linked, or was: nobody says that it could be made. */
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
      .openapi({ description: "What the worker is called: others are told who holds the lease." }),
  })
  .openapi("ClaimInput");

const wakeRef = {
  wake_id: z.string(),
  generation: z.int().min(0),
};

/** Gives a wake back (§7.2). */
export const wakeInput = z
  .object(wakeRef)
  .openapi("WakeInput", { description: "Which wake it is about, as it was told." });

/** Acknowledges (§7.1, §7.2). */
export const ackInput = z
  .object({
    ...wakeRef,
    acks: z
      .array(
        z.object({
          stream: linkedPath,
          offset: z.string().openapi({ description: "Where reading goes on." }),
        }),
      )
      .max(LINKS_MAX)
      .nullish()
      .openapi({
        description:
          "How far streams were processed: all of them count, or none. Without this member, `done` is true of all that the wake has told; an empty list acknowledges nothing.",
      }),
    done: z
      .boolean()
      .nullish()
      .openapi({ description: "The wake is over; without it the lease is prolonged." }),
  })
  .openapi("AckInput");
