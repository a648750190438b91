import { z } from "@hono/zod-openapi";
import { Problem } from "../../http/problem.ts";
import { partOf } from "../../raft/configuration.ts";
import type { NodeId } from "../../raft/types.ts";
import type { Cluster } from "../../routing/cluster.ts";
import type { Api } from "../../routing/context.ts";
import { membersFound, type Survey, survey } from "../../routing/survey.ts";
import type { Call } from "../../routing/world.ts";
import type { NodeAddress } from "../../transport/object.ts";
import type { HandOver, LoadStatus, Status } from "../../transport/status.ts";
import { configurationOf, configurationOutput } from "./configuration-output.ts";

const memberOutput = z
  .object({
    id: z.int(),
    region: z.string(),
    part: z.enum(["voter", "learner", "outgoing"]).openapi({
      description:
        "`learner`: it receives the log, and does not count yet; `outgoing`: it counts until the change is complete.",
    }),
    state: z.enum(["started", "prepared", "absent", "unreachable"]).openapi({
      description: "`prepared` waits for the bootstrap to end; `absent` has no storage.",
    }),
    role: z.enum(["follower", "pre-candidate", "candidate", "leader"]).optional(),
    term: z.int().optional(),
    commit_index: z.int().optional(),
    last_index: z.int().optional(),
    last_term: z.int().optional().openapi({
      description:
        "The term of its last entry. The log with the highest last term is the newest, and of several the longest.",
    }),
    snapshot_index: z
      .int()
      .optional()
      .openapi({ description: "Its log is compacted up to here, and sent to others as a snapshot." }),
    corrupt_entries: z
      .int()
      .optional()
      .openapi({ description: "Damaged entries dropped since its object started." }),
    requests: z.int().optional().openapi({ description: "Requests under way in it." }),
    waiting_readers: z
      .int()
      .optional()
      .openapi({ description: "Reads that wait in it: for a majority, a commit, or the next record." }),
    queued_bytes: z.int().optional().openapi({
      description: "Bytes of the requests that wait for their turn, or are handed on to the leader.",
    }),
    uncommitted_bytes: z
      .int()
      .optional()
      .openapi({ description: "Bytes that it has proposed, as the leader, and not committed yet." }),
    match_index: z
      .int()
      .optional()
      .openapi({ description: "Its log is known to match the leader's up to here." }),
    lag: z.int().optional().openapi({ description: "Entries that it lacks, as the leader sees it." }),
    caught_up: z.boolean().optional().openapi({ description: "Of a learner: it keeps up with new entries." }),
    asleep: z.boolean().optional().openapi({ description: "It does nothing until it is needed." }),
    counters: z.object({ alarms: z.int(), calls: z.int(), rows: z.int() }).optional().openapi({
      description: "Alarms rung, calls to peers made and rows written since its object started.",
    }),
    silent_ms: z
      .number()
      .nullable()
      .optional()
      .openapi({ description: "Time since its last answer to the leader." }),
    mode: z
      .enum(["probe", "replicate", "snapshot"])
      .nullable()
      .optional()
      .openapi({ description: "How the leader sends to it: probes, entries, or a snapshot." }),
    append_share: z.number().min(0).max(1).optional().openapi({
      description: "The share of the appends that entered near it, in the leader's last window.",
    }),
  })
  .openapi("Member");

/** The status of a cluster, as its nodes report it. */
export const statusOutput = z
  .object({
    name: z.string(),
    leader: z
      .int()
      .nullable()
      .openapi({ description: "The node that leads in the newest term, if one reports that." }),
    term: z.int(),
    commit_index: z.int().openapi({ description: "The highest commit index that a node knows." }),
    quiesced: z.boolean().openapi({ description: "All members sleep: nothing is sent, written or due." }),
    configuration: configurationOutput
      .nullable()
      .openapi({ description: "The newest known configuration; null if no node can be reached." }),
    follows_writers: z.boolean().openapi({
      description:
        "Whether the leader hands over to the region where most appends enter, clearly and steadily.",
    }),
    last_hand_over: z
      .object({ to: z.int(), at: z.int().openapi({ description: "Milliseconds since the epoch." }) })
      .nullable()
      .openapi({
        description: "The last such hand-over, as far as the nodes in memory know.",
      }),
    members: z.array(memberOutput),
  })
  .openapi("ClusterStatus");

/** The state of a member, as reported by itself and by the leader. */
export type Member = z.infer<typeof memberOutput>;

/** Asks all members. Throws the problem `cluster-not-found` if all answer that they belong to none. */
export async function clusterStatus(
  api: Api,
  call: Call,
  cluster: Cluster,
): Promise<z.infer<typeof statusOutput>> {
  const seen = await surveyCluster(api, call, cluster);
  const { found, statuses, leader, configuration, configurationIndex } = seen;
  if ([...found.values()].every((answer) => answer === "absent")) {
    throw new Problem("cluster-not-found", `The cluster ${cluster.name} is not bootstrapped yet.`);
  }
  const members = membersFound(seen, cluster).map((member) => memberOf(member, seen));
  return {
    name: cluster.name,
    leader: leader?.identity.id ?? null,
    term: Math.max(0, ...statuses.map(({ currentTerm }) => currentTerm)),
    commit_index: Math.max(0, ...statuses.map(({ commitIndex }) => commitIndex)),
    quiesced: members.every(({ asleep }) => asleep === true),
    follows_writers: leader?.followsWriters ?? false,
    last_hand_over: lastHandOver(statuses),
    configuration: configuration && configurationOf(configuration, configurationIndex),
    members,
  };
}

/** As `survey`, beginning with the members that this isolate knows, until the call's time is over. */
export function surveyCluster({ roster, world }: Api, call: Call, cluster: Cluster): Promise<Survey> {
  return survey(call.nodes, roster.present(cluster).members, call.deadline - world.now());
}

function lastHandOver(statuses: readonly Status[]): HandOver | null {
  const handOvers = statuses.flatMap(({ handedOver }) => handedOver ?? []);
  return handOvers.toSorted((a, b) => b.at - a.at)[0] ?? null;
}

function memberOf({ id, region }: NodeAddress, { found, leader, configuration }: Survey): Member {
  const part = configuration === null ? "voter" : partOf(configuration, id);
  const seen = seenBy(leader, id);
  const status = found.get(id) ?? "unreachable";
  if (typeof status === "string") return { id, region, part, state: status, ...seen };
  const { phase: state, role, currentTerm: term, commitIndex, lastIndex, corruptEntries } = status;
  const { asleep, counters } = status;
  const { lastTerm: last_term, snapshotIndex: snapshot_index } = status;
  const log = { commit_index: commitIndex, last_index: lastIndex, last_term, snapshot_index };
  const own = { ...log, corrupt_entries: corruptEntries };
  return { id, region, part, state, role, term, ...own, asleep, counters, ...loadOf(status.load), ...seen };
}

function loadOf(load: LoadStatus): Partial<Member> {
  return {
    requests: load.requests,
    waiting_readers: load.readers,
    queued_bytes: load.queuedBytes,
    uncommitted_bytes: load.uncommittedBytes,
  };
}

/** The leader's view of a member. */
function seenBy(leader: Status | null, id: NodeId): Partial<Member> {
  const peer = leader?.peers.find((candidate) => candidate.id === id);
  if (peer === undefined) return {};
  const { matchIndex: match_index, lag, silentMs: silent_ms, mode, appendShare: append_share } = peer;
  const seen = { match_index, lag, silent_ms, mode, append_share };
  return { ...seen, ...(peer.part === "learner" && { caught_up: peer.caughtUp }) };
}
