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
        "`learner`: it is sent the log, and counts nowhere yet; `outgoing`: it counts until the change is through.",
    }),
    state: z.enum(["started", "prepared", "absent", "unreachable"]).openapi({
      description: "`prepared` waits for the bootstrap to end; `absent` has no storage.",
    }),
    role: z.enum(["follower", "pre-candidate", "candidate", "leader"]).optional(),
    term: z.int().optional(),
    commit_index: z.int().optional(),
    last_index: z.int().optional(),
    last_term: z.int().optional().openapi({
      description: "Of its last entry. The log with the highest is the newest; of several, the longest.",
    }),
    snapshot_index: z
      .int()
      .optional()
      .openapi({ description: "Up to here its log is compacted, and sent to others as a snapshot." }),
    corrupt_entries: z
      .int()
      .optional()
      .openapi({ description: "Damaged entries dropped since its object started." }),
    requests: z.int().optional().openapi({ description: "Under way in it." }),
    waiting_readers: z
      .int()
      .optional()
      .openapi({ description: "Reads that wait in it: for a majority, a commit, or the next record." }),
    queued_bytes: z.int().optional().openapi({
      description: "Of the requests whose turn has not come, or that are handed on to the leader.",
    }),
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
    caught_up: z
      .boolean()
      .optional()
      .openapi({ description: "Of a learner: it takes what comes in as fast as it comes." }),
    asleep: z.boolean().optional().openapi({ description: "It does nothing until somebody needs it." }),
    counters: z.object({ alarms: z.int(), calls: z.int(), rows: z.int() }).optional().openapi({
      description: "Alarms rung, calls to peers made and rows written since its object started.",
    }),
    silent_ms: z
      .number()
      .nullable()
      .optional()
      .openapi({ description: "Since its last answer to the leader." }),
    mode: z
      .enum(["probe", "replicate", "snapshot"])
      .nullable()
      .optional()
      .openapi({ description: "How the leader sends to it: as a question, as entries, as a snapshot." }),
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
    quiesced: z.boolean().openapi({ description: "All members sleep: nothing is sent, written or due." }),
    configuration: configurationOutput
      .nullable()
      .openapi({ description: "The newest that is known; null where no node can be reached." }),
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

/** How a member is, as far as it and the leader say. */
export type Member = z.infer<typeof memberOutput>;

/** Asks all members. Throws the problem `cluster-not-found` where all answer that they belong to none. */
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

/** As `survey`, from the members that this isolate knows, until the call's time is over. */
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

/** What the leader knows of a member. */
function seenBy(leader: Status | null, id: NodeId): Partial<Member> {
  const peer = leader?.peers.find((candidate) => candidate.id === id);
  if (peer === undefined) return {};
  const { matchIndex: match_index, lag, silentMs: silent_ms, mode, appendShare: append_share } = peer;
  const seen = { match_index, lag, silent_ms, mode, append_share };
  return { ...seen, ...(peer.part === "learner" && { caught_up: peer.caughtUp }) };
}
