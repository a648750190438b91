import { Problem } from "../http/problem.ts";
import { within } from "../http/within.ts";
import { bootstrapIdentity } from "../raft/identity.ts";
import type { NodeId } from "../raft/types.ts";
import type { NodeAddress } from "../transport/object.ts";
import type { Status } from "../transport/status.ts";
import { TransportError } from "../transport/transport-error.ts";
import type { Cluster } from "./cluster.ts";
import type { Nodes } from "./nodes.ts";
import { membersFound, type Survey, survey } from "./survey.ts";

/**
 * Makes the nodes of a cluster members, then lets them take part. No node takes part before all are prepared. Node 1 is
 * prepared first, so that of two callers with different regions one fails. Idempotent: after a failure the same call
 * continues where this one stopped. Returns whether anything was new. Throws the problems `cluster-exists`, `node-lost`
 * and `bootstrap-incomplete`.
 */
export async function bootstrap(nodes: Nodes, cluster: Cluster, timeoutMs: number): Promise<boolean> {
  const incomplete = `Not all nodes of the cluster ${cluster.name} could be reached. Send the same request again.`;
  return reachingAll(timeoutMs, setUp(nodes, cluster, timeoutMs), incomplete);
}

/** The result of `work`, or the problem `bootstrap-incomplete` if a node can't be reached or the time is over. */
export async function reachingAll<T>(timeoutMs: number, work: Promise<T>, incomplete: string): Promise<T> {
  const late = (): TransportError => new TransportError("the nodes took too long");
  try {
    return await within(timeoutMs, work, late);
  } catch (cause) {
    if (!(cause instanceof TransportError)) throw cause;
    throw new Problem("bootstrap-incomplete", incomplete, { cause });
  }
}

async function setUp(nodes: Nodes, cluster: Cluster, timeoutMs: number): Promise<boolean> {
  const seen = await survey(nodes, cluster.members, timeoutMs);
  const present = membersFound(seen, cluster);
  const unreachable = present.find(({ id }) => seen.found.get(id) === "unreachable");
  if (unreachable) throw new TransportError(`node ${unreachable.id} can't be reached`);
  assertSameRegions(cluster, seen.statuses);
  await assertNoneLost(nodes, cluster, present, seen);
  // Members change only after the bootstrap. Then its first members may be gone for good.
  const isOver = seen.configurationIndex > 0 || present.every(({ id }) => isStarted(seen, id));
  if (isOver) return false;
  const [first, ...others] = cluster.members;
  if (first !== undefined) await prepare(nodes, cluster, first);
  await Promise.all(others.map((member) => prepare(nodes, cluster, member)));
  await Promise.all(cluster.members.map((member) => startPrepared(nodes, member)));
  return true;
}

function isStarted({ found }: Survey, id: NodeId): boolean {
  const answer = found.get(id);
  return typeof answer === "object" && answer.phase === "started";
}

function assertSameRegions(cluster: Cluster, statuses: readonly Status[]): void {
  const other = statuses.find(({ identity }) => String(identity.regions) !== String(cluster.regions));
  if (other) throw clusterExists(cluster.name, other.identity.regions);
}

/**
 * Once a node has started, all were prepared. So a node that knows nothing has lost its votes. Such nodes are asked
 * again, because another caller may have set them up while the first answers were under way. Removed nodes may lose
 * anything.
 */
async function assertNoneLost(
  nodes: Nodes,
  cluster: Cluster,
  present: readonly NodeAddress[],
  { found, statuses }: Survey,
): Promise<void> {
  if (!statuses.some(({ phase }) => phase === "started")) return;
  const suspects = present.filter(({ id }) => found.get(id) === "absent");
  const again = await Promise.all(suspects.map((member) => nodes.status(member)));
  const lost = suspects.filter((_, at) => again[at] === null).map((member) => member.id);
  if (lost.length === 0) return;
  const detail = `The cluster ${cluster.name} runs, but its nodes ${lost.join(", ")} have lost their storage.`;
  throw new Problem("node-lost", detail, { members: { nodes: lost } });
}

async function prepare(nodes: Nodes, cluster: Cluster, member: NodeAddress): Promise<void> {
  if (await nodes.prepare(member, bootstrapIdentity(cluster.name, member.id, cluster.regions))) return;
  const status = await nodes.status(member);
  throw clusterExists(cluster.name, status?.identity.regions ?? []);
}

/** Starts a prepared node. Throws the problem `node-lost`. */
export async function startPrepared(nodes: Nodes, member: NodeAddress): Promise<void> {
  if (await nodes.start(member)) return;
  const detail = `Node ${member.id} of the cluster ${member.cluster} lost its storage while it was set up.`;
  throw new Problem("node-lost", detail, { members: { nodes: [member.id] } });
}

/** The problem for a cluster that exists with other regions. */
export function clusterExists(name: string, regions: readonly string[]): Problem {
  const detail = `The cluster ${name} exists with the regions ${regions.join(", ")}.`;
  return new Problem("cluster-exists", detail, { members: { regions } });
}
