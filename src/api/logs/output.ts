import { z } from "@hono/zod-openapi";
import type { LogState } from "../../log/types.ts";
import type { Description } from "../../transport/protocol.ts";
import { retention } from "./input.ts";

const position = z.int().min(0);
const time = z.int().openapi({ description: "ms since the epoch" });

/** The state of a log. */
const stateShape = {
  earliest: position.openapi({ description: "The first record that is not trimmed." }),
  closed: z.boolean().openapi({ description: "It is sealed for ever." }),
  fencing_token: z.string().nullable().openapi({ description: "An append with another token is refused." }),
  retention,
  content_type: z.string().nullable().openapi({ description: "The media type of all records; null: none." }),
  ttl_s: z.int().nullable(),
  expires_at: z.int().nullable(),
  fork: z
    .object({
      source: z.string(),
      start: position.openapi({ description: "Its first own record. Records before it are its source's." }),
    })
    .nullable()
    .openapi({ description: "The log that it was forked from." }),
  created_at: time,
};

/** The next sequence number. */
export const tail = position.openapi({ description: "The next sequence number." });

/** A log, as the answer to its creation. */
export const createdOutput = z
  .object({ name: z.string(), tail, created: z.boolean(), ...stateShape })
  .openapi("LogCreated");

/** A log, as it is described. */
export const logOutput = z
  .object({
    name: z.string(),
    tail,
    bytes: z.int().min(0).openapi({
      description: "Stored size of its records, in whole batches, without those of a fork's source.",
    }),
    timestamp: time.openapi({ description: "Time of its last append or change, ms since the epoch." }),
    ...stateShape,
  })
  .openapi("Log");

export function logOf({ name, tail, bytes, timestamp, state }: Description): z.infer<typeof logOutput> {
  return { name, tail, bytes, timestamp, ...stateOf(state) };
}

export function stateOf(state: LogState): z.infer<z.ZodObject<typeof stateShape>> {
  const { ageMs: age_ms, bytes, records } = state.retention;
  return {
    ...{ earliest: state.earliest, closed: state.closed, fencing_token: state.fencingToken },
    ...{ content_type: state.contentType, ttl_s: state.ttlSeconds, expires_at: state.expiresAt },
    retention: { age_ms, bytes, records },
    fork: state.fork === null ? null : { source: state.fork.sourceName, start: state.start },
    created_at: state.createdAt,
  };
}
