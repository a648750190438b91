import { z } from "@hono/zod-openapi";

/** Messages in the bodies of requests and answers (§9). */
export const messageDocs = {
  given: {
    "application/json": {
      schema: z.unknown().openapi({ description: "One message, or an array of them." }),
    },
    "*/*": { schema: { type: "string" as const, format: "binary", description: "Any other type: bytes." } },
  },
  taken: {
    "application/json": { schema: z.array(z.unknown()).openapi({ description: "The messages." }) },
    "*/*": {
      schema: {
        type: "string" as const,
        format: "binary",
        description: "The bytes of a stream of any other type.",
      },
    },
  },
};
