import { Problem } from "../../http/problem.ts";
import { type Configuration, isMember } from "../../raft/configuration.ts";
import type { Index, NodeId } from "../../raft/types.ts";
import { reachingAll, startPrepared } from "../../routing/bootstrap.ts";
import { type Cluster, NODES_MAX } from "../../routing/cluster.ts";
import type { Api } from "../../routing/context.ts";
import type { Nodes } from "../../routing/nodes.ts";
import { nodeNotFound } from "../../routing/refusal.ts";
import type { Call } from "../../routing/world.ts";
import type { NodeAddress } from "../../transport/object.ts";
import type { MembersAnswer, MembersRefused } from "../../transport/protocol.ts";
import { configurationOf } from "./configuration-output.ts";

/** The pause before a change is tried again that came too early, or was overtaken, ms. */
const retryMs = 50;

/** A requested change of members. */
export interface AskedChange {
  /** The regions of the nodes to add. */
  readonly regions: readonly string[];
  readonly remove: readonly NodeId[];
  /** Only if the configuration in force has this index; null for any. */
  readonly expectedIndex: Index | null;
}

/** The leader's answer to a change, and the nodes that were set up for it. */
interface Attempt<Answer> {
  readonly answer: Answer;
  readonly added: readonly NodeId[];
}

/**
 * Begins a change of members. Throws the problems `members-change-under-way`, `stale-configuration`,
 * `members-not-ready`, `members-silent`, `cluster-size`, `node-not-found`, `bootstrap-incomplete` and those of `Router.members`.
 */
export async function changeMembers(
  api: Api,
  call: Call,
  cluster: Cluster,
  asked: AskedChange,
): Promise<Attempt<MembersAnswer>> {
  for (;;) {
    const { answer, added } = await attempt(api, call, cluster, asked);
    if (answer.kind === "members") return { answer, added };
    const isLate = api.world.now() + retryMs >= call.deadline;
    if (isLate || !passes(answer, asked)) throw refusalProblem(cluster, asked, answer);
    await api.world.sleep(retryMs);
  }
}

/**
 * Two steps, like the bootstrap. First, new nodes are set up: they know their cluster, are not members of it, and stay
 * silent. Then the leader is asked for the change, but only from the configuration that they were set up with. If the
 * change never happens, such a node does no harm, and the next change finds it again.
 */
async function attempt(
  { router, world }: Api,
  call: Call,
  cluster: Cluster,
  asked: AskedChange,
): Promise<Attempt<MembersAnswer | MembersRefused>> {
  const before = await router.configuration(call, cluster, asked.expectedIndex);
  if (before.reason !== "empty-change") return { answer: before, added: [] };
  assertSize(before.configuration, asked);
  const setUp = setUpEach(call.nodes, cluster, before, asked.regions);
  const incomplete =
    "Not all new nodes could be reached. No member was changed: send the same request again.";
  const add = await reachingAll(call.deadline - world.now(), setUp, incomplete);
  const change = { add, remove: asked.remove, expectedIndex: before.configurationIndex };
  return { answer: await router.members(call, cluster, change), added: add.map(({ id }) => id) };
}

/** Whether the leader will soon answer differently. */
function passes({ reason }: MembersRefused, { expectedIndex }: AskedChange): boolean {
  return reason === "not-ready" || (reason === "stale-configuration" && expectedIndex === null);
}

function assertSize({ voters, learners }: Configuration, { regions, remove }: AskedChange): void {
  const staying = [...voters, ...learners].filter((id) => !remove.includes(id)).length;
  const size = staying + regions.length;
  if (size < 1 || size > NODES_MAX) throw clusterSize(size);
}

/** Skips a number that belongs to a node in another region, whose change never happened. */
async function setUpEach(
  nodes: Nodes,
  { name: cluster, regions: bootstrapRegions }: Cluster,
  { configuration, configurationIndex }: MembersRefused,
  regions: readonly string[],
): Promise<readonly NodeAddress[]> {
  const added: NodeAddress[] = [];
  let id = configuration.nextId;
  for (const region of regions) {
    const base = { cluster, region, regions: bootstrapRegions, configuration, configurationIndex };
    while (!(await nodes.prepare({ cluster, id, region }, { ...base, id }))) id++;
    await startPrepared(nodes, { cluster, id, region });
    added.push({ cluster, id, region });
    id++;
  }
  return added;
}

function refusalProblem(cluster: Cluster, asked: AskedChange, refused: MembersRefused): Problem {
  const configuration = configurationOf(refused.configuration, refused.configurationIndex);
  switch (refused.reason) {
    case "not-ready":
      return new Problem("members-not-ready", "The leader has only just begun its term.");
    case "change-under-way":
      return new Problem("members-change-under-way", "Another change of the members is under way.", {
        members: { configuration },
      });
    case "used-id":
      throw new Error("a number of the leader's own choice was used before");
    case "stale-configuration": {
      const detail = `The configuration in force is that of index ${refused.configurationIndex}.`;
      return new Problem("stale-configuration", detail, { members: { configuration } });
    }
    case "no-such-member": {
      const stranger = asked.remove.find((id) => !isMember(refused.configuration, id)) ?? 0;
      return nodeNotFound(cluster.name, stranger);
    }
    case "no-quorum":
      return new Problem(
        "members-silent",
        "No majority of the voters that would be left has answered recently.",
      );
    case "empty-change":
      return clusterSize(0);
  }
}

function clusterSize(size: number): Problem {
  const detail = `The cluster would have ${size} members; it can have 1 to ${NODES_MAX}.`;
  return new Problem("cluster-size", detail, { members: { members_max: NODES_MAX } });
}
