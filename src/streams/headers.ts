import type { Context } from "hono";
import type { ProducerTuple } from "../log/types.ts";
import { formatOffset } from "./offset.ts";

/** Whether a request says `Stream-Closed: true`; any other value is as if it said nothing (§4.1). */
export function asksToClose(c: Context): boolean {
  return c.req.header("Stream-Closed")?.toLowerCase() === "true";
}

/** Where a stream, or a page of it, ends, and whether nothing will ever come after that. */
export function endHeaders(next: number, closed: boolean): Record<string, string> {
  return { "Stream-Next-Offset": formatOffset(next), ...(closed ? { "Stream-Closed": "true" } : {}) };
}

/** How far a producer is (§5.2.1): `seq` is that of its newest batch. */
export function progressHeaders(producer: ProducerTuple | null, seq: number | null): Record<string, string> {
  if (producer === null) return {};
  return { "Producer-Epoch": String(producer.epoch), "Producer-Seq": String(seq ?? producer.seq) };
}
