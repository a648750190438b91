import { z } from "@hono/zod-openapi";
import { PRODUCER_ID_LENGTH_MAX } from "../log/limits.ts";
import type { ProducerTuple } from "../log/types.ts";
import { naturalParameter } from "./parameters.ts";
import { invalidRequest } from "./validation.ts";

/** The name of a producer. */
export const producerId = z
  .string()
  .regex(/^[!-+\--~]+$/, "must be visible ASCII without a comma")
  .max(PRODUCER_ID_LENGTH_MAX);

/** The headers that make an append, or a close, happen exactly once. */
export const producerHeaders = {
  "producer-id": producerId
    .optional()
    .openapi({ description: "With `Producer-Epoch` and `Producer-Seq`: it happens exactly once." }),
  "producer-epoch": naturalParameter()
    .optional()
    .openapi({ description: "A new instance of the producer uses a higher one." }),
  "producer-seq": naturalParameter()
    .optional()
    .openapi({ description: "Counts the producer's batches from 0 within an epoch." }),
};

type ProducerHeaders = z.infer<z.ZodObject<typeof producerHeaders>>;

/** The producer's tuple; null if there is none. Throws the problem `invalid-request` if it is incomplete. */
export function producerOf(headers: ProducerHeaders): ProducerTuple | null {
  const { "producer-id": id, "producer-epoch": epoch, "producer-seq": seq } = headers;
  if (id === undefined && epoch === undefined && seq === undefined) return null;
  if (id !== undefined && epoch !== undefined && seq !== undefined) return { id, epoch, seq };
  const message = "needs Producer-Id, Producer-Epoch and Producer-Seq together";
  throw invalidRequest("header", [{ path: [id === undefined ? "producer-id" : "producer-epoch"], message }]);
}
