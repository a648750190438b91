import { z } from "@hono/zod-openapi";
import type { Appended } from "../log/outcome.ts";

/** Where the records of an append are. */
export const appendOutput = z
  .object({
    start: z.int().min(0).openapi({ description: "The first record's sequence number." }),
    end: z.int().min(0).openapi({ description: "One after the last record's." }),
    tail: z.int().min(0).openapi({ description: "The next sequence number right after this append." }),
    index: z.int().min(1).openapi({ description: "A read with this `min_index` sees the records." }),
    term: z.int().min(1),
    timestamp: z.int(),
    duplicate: z.boolean().openapi({ description: "The batch was there already: these are its positions." }),
    closed: z.boolean().openapi({ description: "The log is closed now." }),
  })
  .openapi("Appended");

export function appendedJson(appended: Appended): z.infer<typeof appendOutput> {
  const { start, end, tail, index, term, timestamp, duplicate, closed } = appended;
  return { start, end, tail, index, term, timestamp, duplicate, closed };
}
