import { within } from "../http/within.ts";
import { type Configuration, compareMarks, markOf, membersOf } from "../raft/configuration.ts";
import { type Index, type NodeId, toIndex } from "../raft/types.ts";
import type { NodeAddress } from "../transport/object.ts";
import type { Status } from "../transport/status.ts";
import { TransportError } from "../transport/transport-error.ts";
import type { Cluster } from "./cluster.ts";
import type { Nodes } from "./nodes.ts";

/** What became of the question how a node is: `absent` belongs to no cluster. */
export type Found = Status | "absent" | "unreachable";

/** What the nodes of a cluster say, as far as they can be reached. */
export interface Survey {
  readonly found: ReadonlyMap<NodeId, Found>;
  readonly statuses: readonly Status[];
  /** Of the newest term, if one says that it leads. */
  readonly leader: Status | null;
  /** In force as the leader says; without one, the newest that a node reports; null where no node reports any. */
  readonly configuration: Configuration | null;
  readonly configurationIndex: Index;
}

/** Asks the nodes at hand, and whoever they name as a member, each for `timeoutMs`. */
export async function survey(
  nodes: Nodes,
  members: readonly NodeAddress[],
  timeoutMs: number,
): Promise<Survey> {
  const found = new Map<NodeId, Found>();
  const ask = async (member: NodeAddress): Promise<void> => {
    if (found.has(member.id)) return;
    found.set(member.id, "unreachable");
    const answer = await statusOf(nodes, member, timeoutMs);
    found.set(member.id, answer);
    if (typeof answer !== "string")
      await Promise.all(addressesOf(member.cluster, answer.configuration).map(ask));
  };
  await Promise.all(members.map(ask));
  const statuses = [...found.values()].filter((answer) => typeof answer !== "string");
  return { found, statuses, ...conclusion(statuses) };
}

/** Who takes part, learners included; where no node says, who did at the bootstrap. */
export function membersFound({ configuration }: Survey, { name, members }: Cluster): readonly NodeAddress[] {
  return configuration === null ? members : addressesOf(name, configuration);
}

/** Where the members of a configuration are. */
function addressesOf(cluster: string, configuration: Configuration): readonly NodeAddress[] {
  return membersOf(configuration)
    .toSorted((a, b) => a - b)
    .map((id) => ({ cluster, id, region: configuration.regions[id] ?? "" }));
}

function conclusion(
  statuses: readonly Status[],
): Pick<Survey, "leader" | "configuration" | "configurationIndex"> {
  const term = Math.max(...statuses.map(({ currentTerm }) => currentTerm));
  const leader = statuses.find(({ role, currentTerm }) => role === "leader" && currentTerm === term) ?? null;
  const newest = leader ?? statuses.toSorted((a, b) => compareMarks(markOf(b), markOf(a)))[0];
  const { configuration = null, configurationIndex = toIndex(0) } = newest ?? {};
  return { leader, configuration, configurationIndex };
}

/** How a node is, as it says within `timeoutMs`. */
export async function statusOf(nodes: Nodes, member: NodeAddress, timeoutMs: number): Promise<Found> {
  const late = (): TransportError => new TransportError("the node took too long");
  try {
    return (await within(timeoutMs, nodes.status(member), late)) ?? "absent";
  } catch (error) {
    if (error instanceof TransportError) return "unreachable";
    throw error;
  }
}
