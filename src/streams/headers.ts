import { z } from "@hono/zod-openapi";
import type { ProducerTuple } from "../log/types.ts";
import { formatOffset } from "./offset.ts";

/** `Stream-Closed: true`; any other value is as if it were not there (§4.1). */
export const closingHeader = z
  .string()
  .optional()
  .transform((value) => value?.toLowerCase() === "true")
  .openapi({ description: "`true`: the stream is sealed with this, for ever." });

/** Where a stream, or a page of it, ends, and whether nothing will ever come after that. */
export function endHeaders(next: number, closed: boolean): Record<string, string> {
  return { "Stream-Next-Offset": formatOffset(next), ...(closed ? { "Stream-Closed": "true" } : {}) };
}

/** How far a producer is (§5.2.1): `seq` is that of its newest batch. */
export function progressHeaders(producer: ProducerTuple | null, seq: number | null): Record<string, string> {
  if (producer === null) return {};
  return { "Producer-Epoch": String(producer.epoch), "Producer-Seq": String(seq ?? producer.seq) };
}
