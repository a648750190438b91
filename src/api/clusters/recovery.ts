import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { AppEnv } from "../../http/env.ts";
import { errorResponses } from "../../http/openapi.ts";
import { clusterName, deadlineQuery, nodeId, nodeIds } from "../../http/parameters.ts";
import { Problem } from "../../http/problem.ts";
import { serve } from "../../http/route.ts";
import { membersOf } from "../../raft/configuration.ts";
import type { NodeId } from "../../raft/types.ts";
import { type Cluster, NODES_MAX } from "../../routing/cluster.ts";
import type { Api } from "../../routing/context.ts";
import { nodeNotFound } from "../../routing/refusal.ts";
import { survey } from "../../routing/survey.ts";
import { visit } from "../../routing/visit.ts";
import type { Call } from "../../routing/world.ts";
import type { NodeAddress } from "../../transport/object.ts";
import type { Failure, RecoverRefused } from "../../transport/protocol.ts";
import { configurationOf, configurationOutput } from "./configuration-output.ts";

/** During a change of members, a cluster has the old and the new ones. */
const membersMax = 2 * NODES_MAX;

const recoveryInput = z
  .strictObject({
    lost: nodeIds(membersMax).openapi({
      description:
        "All other members of the node's configuration, whether they work or not. They must never come back.",
    }),
    accept_data_loss: z.literal(true).openapi({
      description: "Acknowledged entries that this node does not hold are lost for ever.",
    }),
  })
  .openapi("RecoveryInput");

const recoveryOutput = z
  .object({
    configuration: configurationOutput,
    last_index: z.int().openapi({ description: "The last entry that was kept. All up to it is committed." }),
  })
  .openapi("Recovery");

/** `POST …/members/{id}/recover`: a member continues alone, after the others were lost for good. */
export function recoverRoute(app: OpenAPIHono<AppEnv>, api: Api): void {
  const operation = {
    method: "post" as const,
    path: "/v1/clusters/{cluster}/members/{id}/recover",
    operationId: "recoverMember",
    summary: "Force the only survivor to continue, and lose data",
    description:
      "Only after a majority was lost for good. Makes the member the only voter, with the entries that it holds. Entries that it lacks are lost, acknowledged or not. If a member that was given up comes back, there are two clusters of one name. It needs no majority, but other clusters than `main` are looked up in `main`, which must serve.",
    tags: ["clusters"],
    allows: "admin" as const,
    params: z.object({ cluster: clusterName, id: nodeId }),
    query: z.strictObject(deadlineQuery),
    body: recoveryInput,
    responses: {
      200: {
        description: "The member leads alone.",
        content: { "application/json": { schema: recoveryOutput } },
      },
      ...errorResponses,
    },
  };
  serve(app, operation, async (c, { params, query, body }) => {
    const { call, cluster } = await visit(c, api, query.timeout_ms);
    return c.json(await recover(api, call, cluster, params.id, body.lost));
  });
}

async function recover(
  api: Api,
  call: Call,
  cluster: Cluster,
  id: NodeId,
  lost: readonly NodeId[],
): Promise<z.infer<typeof recoveryOutput>> {
  const node = await findNode(api, call, cluster, id);
  const answer = await api.router.recover(call, cluster, node, lost);
  if (answer.kind === "failure") throw failureProblem(node, answer);
  const configuration = configurationOf(answer.configuration, answer.configurationIndex);
  if (answer.kind === "recover-refused") throw refusalProblem(answer, configuration);
  // Its configuration is the first entry after the kept ones.
  return { configuration, last_index: answer.configurationIndex - 1 };
}

/**
 * The address of a node, by the nodes that can be reached. An unknown number is not tried, because that would create
 * its object, in the wrong place.
 */
async function findNode(
  { roster, world }: Api,
  call: Call,
  cluster: Cluster,
  id: NodeId,
): Promise<NodeAddress> {
  const known = [...roster.present(cluster).members, ...cluster.members];
  // Lost nodes may use up all the time that they get.
  const { found } = await survey(call.nodes, known, (call.deadline - world.now()) / 2);
  const status = found.get(id) ?? "absent";
  if (status === "absent") throw nodeNotFound(cluster.name, id);
  if (status === "unreachable") throw new Problem("node-unreachable", `Node ${id} did not answer in time.`);
  return { cluster: cluster.name, id, region: status.identity.region };
}

function refusalProblem(
  { reason, configuration: inForce }: RecoverRefused,
  configuration: z.infer<typeof configurationOutput>,
): Problem {
  switch (reason) {
    case "has-leader":
      return new Problem("recovery-has-leader", "The node leads, or has heard a leader recently.");
    case "half-snapshot":
      return new Problem("recovery-half-snapshot", "The node holds only a part of a snapshot.");
    case "other-members": {
      const members = membersOf(inForce).join(", ");
      const detail = `The members, as the node knows them, are ${members}: name all but itself.`;
      return new Problem("recovery-members-differ", detail, { members: { configuration } });
    }
  }
}

function failureProblem({ cluster, id }: NodeAddress, { reason }: Failure): Problem {
  switch (reason) {
    case "not-leader":
    case "no-such-cluster":
      return nodeNotFound(cluster, id);
    case "busy":
    case "too-many-requests":
      return new Problem("too-many-requests", "The node accepts no more requests right now.");
    default: {
      const detail = "The answer was lost. If the node continues alone, the status shows it as `forced`.";
      return new Problem("outcome-unknown", detail);
    }
  }
}
