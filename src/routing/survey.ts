import { within } from "../http/within.ts";
import { type Configuration, compareMarks, markOf, membersOf } from "../raft/configuration.ts";
import { type Index, type NodeId, toIndex } from "../raft/types.ts";
import type { NodeAddress } from "../transport/object.ts";
import type { Status } from "../transport/status.ts";
import { TransportError } from "../transport/transport-error.ts";
import type { Cluster } from "./cluster.ts";
import type { Nodes } from "./nodes.ts";

/** A node's status, or why there is none: `absent` belongs to no cluster. */
export type Found = Status | "absent" | "unreachable";

/** The status of the nodes of a cluster, as far as they can be reached. */
export interface Survey {
  readonly found: ReadonlyMap<NodeId, Found>;
  readonly statuses: readonly Status[];
  /** The leader in the newest term, if a node reports that. */
  readonly leader: Status | null;
  /**
   * The configuration in force at the leader; without a leader, the newest that a node reports; null if no node reports
   * any.
   */
  readonly configuration: Configuration | null;
  readonly configurationIndex: Index;
}

/** Asks these nodes, and all members that they name, each for `timeoutMs`. */
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

/** The members, learners included; those of the bootstrap if no node reports any. */
export function membersFound({ configuration }: Survey, { name, members }: Cluster): readonly NodeAddress[] {
  return configuration === null ? members : addressesOf(name, configuration);
}

/** The places of the members of a configuration. */
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

/** A node's status, if it answers within `timeoutMs`. */
export async function statusOf(nodes: Nodes, member: NodeAddress, timeoutMs: number): Promise<Found> {
  const late = (): TransportError => new TransportError("the node took too long");
  try {
    return (await within(timeoutMs, nodes.status(member), late)) ?? "absent";
  } catch (error) {
    if (error instanceof TransportError) return "unreachable";
    throw error;
  }
}
