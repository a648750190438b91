import { z } from "@hono/zod-openapi";
import { leaseHolder } from "../../http/parameters.ts";
import { invalidRequest } from "../../http/validation.ts";
import { LEASE_MS_MAX } from "../../log/limits.ts";
import type { ConsumerCommand } from "../../log/types.ts";

/** The body that moves, leases or releases a consumer. */
export const consumerInput = z
  .strictObject({
    position: z.int().min(0).optional().openapi({
      description: "The next record that it wants. A new consumer without one begins at the log's earliest.",
    }),
    lease: z
      .strictObject({
        holder: leaseHolder,
        ttl_ms: z.int().min(0).max(LEASE_MS_MAX).openapi({
          description: "From now on, by the leader's clock; 0 releases the lease.",
        }),
      })
      .optional()
      .openapi({ description: "Takes, prolongs or releases the lease." }),
    holder: leaseHolder.optional().openapi({
      description:
        "The holder of the lease under which the position moves. Not with `lease`, which names it too.",
    }),
  })
  .refine(({ position, lease }) => position !== undefined || lease !== undefined, "needs position or lease")
  .refine(
    ({ lease, holder }) => lease === undefined || holder === undefined,
    "takes lease or holder, not both",
  )
  .openapi("ConsumerInput");

/** The version of a consumer that a write expects. */
export const versionHeaders = z.object({
  "if-match": z
    .string()
    .regex(/^"[1-9][0-9]{0,15}"$/, "must be one version: the ETag of the consumer")
    .transform((tag) => Number(tag.slice(1, -1)))
    .refine(Number.isSafeInteger, "must be at most 2^53 - 1")
    .optional()
    .openapi({ type: "string", description: "Only if this is its version (its `ETag`)." }),
  "if-none-match": z.literal("*").optional().openapi({ description: "Only if there is no such consumer." }),
});

/** The version that a write expects, 0: none; null: any. Throws the problem `invalid-request`. */
export function expectedVersion({
  "if-match": version,
  "if-none-match": none,
}: z.infer<typeof versionHeaders>): number | null {
  if (version !== undefined && none !== undefined) {
    throw invalidRequest("header", [{ path: ["if-none-match"], message: "contradicts If-Match: give one" }]);
  }
  return none === undefined ? (version ?? null) : 0;
}

/** The change that a body asks for. */
export function changeOf(
  input: z.infer<typeof consumerInput>,
): Pick<ConsumerCommand, "position" | "holder" | "leaseMs"> {
  const { position, lease, holder } = input;
  return {
    position: position ?? null,
    holder: lease?.holder ?? holder ?? null,
    leaseMs: lease?.ttl_ms ?? null,
  };
}
