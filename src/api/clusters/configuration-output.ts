import { z } from "@hono/zod-openapi";
import { type Configuration, isJoint } from "../../raft/configuration.ts";
import type { Index } from "../../raft/types.ts";

const ids = z.array(z.int());

/** The members of a cluster, by its log. */
export const configurationOutput = z
  .object({
    index: z.int().openapi({
      description: "The index of its entry: the `expected_index` of the next change.",
    }),
    state: z.enum(["stable", "learning", "joint"]).openapi({
      description:
        "`stable`: no change is under way; `learning`: new members receive the log; `joint`: the old and the new voters decide together.",
    }),
    voters: ids.openapi({ description: "They elect and commit. While `joint`, the new voters." }),
    outgoing: ids.openapi({
      description: "While `joint`: the old voters. A majority of them is needed too.",
    }),
    learners: ids.openapi({
      description: "They become voters by themselves, together, once they have caught up.",
    }),
    leaving: ids.openapi({ description: "Voters that leave when the learners become voters." }),
    fault_tolerance: z.int().openapi({
      description:
        "Voters that may fail while the others continue to serve. An even number of voters tolerates no more failures than one voter less.",
    }),
    forced: z
      .object({ lost: ids, at: z.int().openapi({ description: "Milliseconds since the epoch." }) })
      .nullable()
      .openapi({
        description:
          "Set if a lost quorum forced this configuration, until the next change: the members that were given up. Entries that only they held are lost.",
      }),
  })
  .openapi("Configuration");

/** A configuration, as callers see it. */
export function configurationOf(
  configuration: Configuration,
  index: Index,
): z.infer<typeof configurationOutput> {
  const { voters, outgoing, learners, leaving, forced } = configuration;
  return {
    index,
    state: stateOf(configuration),
    voters: [...voters],
    outgoing: [...outgoing],
    learners: [...learners],
    leaving: [...leaving],
    fault_tolerance: Math.floor((voters.length - 1) / 2),
    forced: forced && { lost: [...forced.lost], at: forced.timestamp },
  };
}

function stateOf(configuration: Configuration): "stable" | "learning" | "joint" {
  if (isJoint(configuration)) return "joint";
  return configuration.learners.length > 0 ? "learning" : "stable";
}
