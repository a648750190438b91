import { z } from "@hono/zod-openapi";

/** A problem, as it goes over the wire. */
export const problemOutput = z
  .object({
    type: z
      .string()
      .openapi({ description: "Where the problem is documented.", example: "/problems/no-leader" }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
  })
  .loose()
  .openapi("Problem", { description: "RFC 9457; some types have more members." });

export type ProblemOutput = z.infer<typeof problemOutput>;
