import { z } from "@hono/zod-openapi";
import { CONSUMER_NAME_LENGTH_MAX, LOG_NAME_LENGTH_MAX, TOKEN_LENGTH_MAX } from "../log/limits.ts";

const segment = "[A-Za-z0-9][A-Za-z0-9._~:-]*";
const logNamePattern = new RegExp(`^${segment}(/${segment})*$`);

/** A non-negative integer in canonical decimal form: no sign, no leading zero, no fraction, at most 2^53 - 1. */
export function naturalParameter(min = 0, max: number = Number.MAX_SAFE_INTEGER) {
  return z
    .string()
    .regex(/^(0|[1-9][0-9]*)$/, "must be a decimal integer")
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be from ${min} to ${max}`)
    .openapi({ type: "integer", minimum: min, maximum: max });
}

/** Names in a path. The router decodes percent-encoding, so a slash is written %2F. */
export const logName = z
  .string()
  .max(LOG_NAME_LENGTH_MAX)
  .regex(logNamePattern, "must be segments of [A-Za-z0-9][A-Za-z0-9._~:-]*, joined by /")
  .openapi({ description: "The log's name; a slash in it is written %2F.", example: "orders" });

/** The beginning of a log's name. */
export const logPrefix = z
  .string()
  .max(LOG_NAME_LENGTH_MAX)
  .regex(/^[A-Za-z0-9._~:/-]*$/, "must be the beginning of a log's name");

/** The name of a log's consumer: one segment of a log's name. */
export const consumerName = z
  .string()
  .max(CONSUMER_NAME_LENGTH_MAX)
  .regex(new RegExp(`^${segment}$`), "must be [A-Za-z0-9][A-Za-z0-9._~:-]*")
  .openapi({ description: "The consumer's name.", example: "billing" });

/** The name of a writer, or of the holder of a lease. */
const token = z
  .string()
  .min(1)
  .max(TOKEN_LENGTH_MAX)
  .refine((text) => text.isWellFormed(), "must be well-formed Unicode");

/** A fencing token. */
export const fencingToken = token;

/** The holder of a lease. */
export const leaseHolder = token;

/** Names that begin with `_` are reserved. */
export const clusterName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "must be 1 to 63 of a-z, 0-9 and -, not beginning with -")
  .openapi({ description: "The cluster's name.", example: "main" });

/** A node's number in its cluster. Numbers of removed members are not used again. */
export const nodeId = naturalParameter(1);

/** The numbers of several nodes in a body. */
export function nodeIds(max: number) {
  return z
    .array(z.int().min(1))
    .max(max)
    .refine((ids) => new Set(ids).size === ids.length, "must not name a node twice");
}

/** The query parameters of every request to a cluster. */
export const deadlineQuery = {
  timeout_ms: naturalParameter(1, 60_000).default(10_000).openapi({
    description:
      "How long the request may take, ms, retries on a change of leader included. A read's `wait` comes on top.",
    default: 10_000,
  }),
};

/** The query parameters of every read. */
export const consistencyQuery = {
  ...deadlineQuery,
  consistency: z.enum(["linearizable", "local"]).default("linearizable").openapi({
    description:
      "`linearizable`: everything acknowledged before the request is seen. `local`: the committed records that the nearest node has.",
  }),
  min_index: naturalParameter().default(0).openapi({
    description:
      "Wait until the node has committed this index: an append's `index`, or a `Timberline-Index`.",
    default: 0,
  }),
};
