import { z } from "@hono/zod-openapi";
import type { Cluster } from "../../routing/cluster.ts";

/** The properties of a cluster that its bootstrap fixes. */
export const clusterOutput = z
  .object({
    name: z.string(),
    regions: z.array(z.string()).openapi({
      description: "The regions of its first nodes. Its status shows the present members.",
    }),
  })
  .openapi("Cluster");

/** A cluster, as it is listed. */
export function outputOf({ name, regions }: Cluster): z.infer<typeof clusterOutput> {
  return { name, regions: [...regions] };
}
