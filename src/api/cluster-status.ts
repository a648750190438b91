import { z } from "@hono/zod-openapi";
import type { NodeAddress } from "../transport/object.ts";
import type { HandOver, LoadStatus, PeerStatus, Status } from "../transport/protocol.ts";
import { TransportError } from "../transport/transport-error.ts";
import type { Cluster } from "./cluster.ts";
import type { Nodes } from "./nodes.ts";
import { Problem } from "./problem.ts";
import { within } from "./within.ts";

const memberOutput = z
  .object({
    id: z.int(),
    region: z.string(),
    state: z.enum(["started", "prepared", "absent", "unreachable"]).openapi({
      description: "`prepared` waits for the bootstrap to end; `absent` has no storage.",
    }),
    role: z.enum(["follower", "pre-candidate", "candidate", "leader"]).optional(),
    term: z.int().optional(),
    commit_index: z.int().optional(),
    last_index: z.int().optional(),
    corrupt_entries: z
      .int()
      .optional()
      .openapi({ description: "Damaged entries dropped since its object started." }),
    requests: z.int().optional().openapi({ description: "Under way in it." }),
    waiting_readers: z
      .int()
      .optional()
      .openapi({ description: "Reads that wait in it: for a majority, a commit, or the next record." }),
    queued_bytes: z.int().optional().openapi({ description: "Of the requests whose turn has not come." }),
    uncommitted_bytes: z
      .int()
      .optional()
      .openapi({ description: "Proposed by it, as the leader, and not committed yet." }),
    match_index: z
      .int()
      .optional()
      .openapi({ description: "Up to where its log is known to be the leader's." }),
    lag: z
      .int()
      .optional()
      .openapi({ description: "Entries that it does not have yet, as the leader sees it." }),
    silent_ms: z
      .number()
      .nullable()
      .optional()
      .openapi({ description: "Since its last answer to the leader." }),
    append_share: z.number().min(0).max(1).optional().openapi({
      description: "The share of the appends that entered near it, in the leader's last window.",
    }),
  })
  .openapi("Member");

/** The status of a cluster, as its nodes tell it. */
export const statusOutput = z
  .object({
    name: z.string(),
    leader: z
      .int()
      .nullable()
      .openapi({ description: "The node that leads the newest term, if one says so." }),
    term: z.int(),
    commit_index: z.int().openapi({ description: "The highest that a node knows of." }),
    follows_writers: z.boolean().openapi({
      description: "Whether the leader hands over to where, clearly and steadily, most appends enter.",
    }),
    last_hand_over: z
      .object({ to: z.int(), at: z.int().openapi({ description: "Milliseconds since the epoch." }) })
      .nullable()
      .openapi({
        description: "The last such hand-over that was begun, as far as the nodes in memory remember.",
      }),
    members: z.array(memberOutput),
  })
  .openapi("ClusterStatus");

type Member = z.infer<typeof memberOutput>;

/** Asks all nodes, each for `timeoutMs`. Throws the problem `cluster-not-found` where all answer that they belong to none. */
export async function clusterStatus(
  nodes: Nodes,
  cluster: Cluster,
  timeoutMs: number,
): Promise<z.infer<typeof statusOutput>> {
  const found = await Promise.all(cluster.members.map((member) => statusOf(nodes, member, timeoutMs)));
  if (found.every((status) => status === "absent")) {
    throw new Problem("cluster-not-found", `The cluster ${cluster.name} is not bootstrapped yet.`);
  }
  const statuses = found.filter((status) => typeof status !== "string");
  const term = Math.max(0, ...statuses.map((status) => status.currentTerm));
  const leader = statuses.find((status) => status.role === "leader" && status.currentTerm === term);
  return {
    name: cluster.name,
    leader: leader?.identity.id ?? null,
    term,
    commit_index: Math.max(0, ...statuses.map((status) => status.commitIndex)),
    follows_writers: leader?.followsWriters ?? false,
    last_hand_over: lastHandOver(statuses),
    members: cluster.members.map((member, at) =>
      memberOf(member, found[at] ?? "unreachable", leader?.peers ?? []),
    ),
  };
}

function lastHandOver(statuses: readonly Status[]): HandOver | null {
  const handOvers = statuses.flatMap(({ handedOver }) => handedOver ?? []);
  return handOvers.toSorted((a, b) => b.at - a.at)[0] ?? null;
}

async function statusOf(
  nodes: Nodes,
  member: NodeAddress,
  timeoutMs: number,
): Promise<Status | "absent" | "unreachable"> {
  const late = (): TransportError => new TransportError("the node took too long");
  try {
    return (await within(timeoutMs, nodes.status(member), late)) ?? "absent";
  } catch (error) {
    if (error instanceof TransportError) return "unreachable";
    throw error;
  }
}

function memberOf(
  { id, region }: NodeAddress,
  status: Status | "absent" | "unreachable",
  peers: readonly PeerStatus[],
): Member {
  const peer = peers.find((candidate) => candidate.id === id);
  const seen = peer && {
    match_index: peer.matchIndex,
    lag: peer.lag,
    silent_ms: peer.silentMs,
    append_share: peer.appendShare,
  };
  if (typeof status === "string") return { id, region, state: status, ...seen };
  const { phase: state, role, currentTerm: term, commitIndex, lastIndex, corruptEntries } = status;
  const own = { commit_index: commitIndex, last_index: lastIndex, corrupt_entries: corruptEntries };
  return { id, region, state, role, term, ...own, ...loadOf(status.load), ...seen };
}

/** A node of the version before says nothing of it. */
function loadOf(load: LoadStatus | undefined): Partial<Member> {
  return {
    requests: load?.requests,
    waiting_readers: load?.readers,
    queued_bytes: load?.queuedBytes,
    uncommitted_bytes: load?.uncommittedBytes,
  };
}
