import { z } from "@hono/zod-openapi";
import type { ProducerTuple } from "../log/types.ts";
import { formatOffset } from "./offset.ts";

/** `Stream-Closed: true`; any other value counts as absent (§4.1). */
export const closingHeader = z
  .string()
  .optional()
  .transform((value) => value?.toLowerCase() === "true")
  .openapi({ description: "`true`: the stream is sealed with this, for ever." });

/** The end of a stream or of a page, and whether it is the end for ever. */
export function endHeaders(next: number, closed: boolean): Record<string, string> {
  return { "Stream-Next-Offset": formatOffset(next), ...(closed ? { "Stream-Closed": "true" } : {}) };
}

/** The state of a producer (§5.2.1): `seq` is that of its newest batch. */
export function progressHeaders(producer: ProducerTuple | null, seq: number | null): Record<string, string> {
  if (producer === null) return {};
  return { "Producer-Epoch": String(producer.epoch), "Producer-Seq": String(seq ?? producer.seq) };
}
