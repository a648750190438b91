import { z } from "@hono/zod-openapi";
import type { Cluster } from "../../routing/cluster.ts";

/** What is fixed when a cluster is made. */
export const clusterOutput = z
  .object({
    name: z.string(),
    regions: z.array(z.string()).openapi({
      description: "Where its first nodes were made; the status says who its members are now.",
    }),
  })
  .openapi("Cluster");

/** A cluster, as it is listed. */
export function outputOf({ name, regions }: Cluster): z.infer<typeof clusterOutput> {
  return { name, regions: [...regions] };
}
