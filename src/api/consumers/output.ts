import { z } from "@hono/zod-openapi";
import { CONSUMER_PREFIX, consumerIn } from "../../log/consumer.ts";
import type { Consumer } from "../../log/outcome.ts";
import type { Document } from "../../log/view.ts";

/** A consumer. */
export const consumerOutput = z
  .object({
    name: z.string(),
    position: z.int().min(0).openapi({ description: "The next record that it wants." }),
    version: z.int().min(1).openapi({
      description:
        "Grows with each write. It is the version to expect in the next write, a fencing token for the lease, and a `min_index`.",
    }),
    lease: z
      .object({
        holder: z.string(),
        until: z.int().openapi({ description: "ms since the epoch, on the leader's clock" }),
      })
      .nullable()
      .openapi({
        description: "The holder, and until when. A lease that is over is shown until the next write.",
      }),
  })
  .openapi("Consumer");

export type ConsumerOutput = z.infer<typeof consumerOutput>;

/** A consumer's version, for `If-Match` (RFC 9110 §8.8.3). */
export const versionTag = ({ version }: Pick<Consumer, "version">): string => `"${version}"`;

export function consumerOf(name: string, { position, version, lease }: Consumer): ConsumerOutput {
  return { name, position, version, lease: lease && { holder: lease.holder, until: lease.until } };
}

/** The consumer in one of a log's documents. */
export function documentOutput(document: Document): ConsumerOutput {
  return consumerOf(document.key.slice(CONSUMER_PREFIX.length), consumerIn(document));
}

/** The answer of the routes of one consumer. */
export const consumerAnswer = {
  headers: {
    ETag: {
      description: "The version, for `If-Match` of the next write.",
      schema: { type: "string" as const },
    },
  },
  content: { "application/json": { schema: consumerOutput } },
};
