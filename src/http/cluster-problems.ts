import type { ProblemKind } from "./problem-kind.ts";

/** Problems of a cluster, its nodes and its members. */
export const clusterProblems = {
  "cluster-not-found": {
    status: 404,
    title: "There is no such cluster",
    description: "Bootstrap it with PUT /v1/clusters/{cluster}. Nothing was written.",
  },
  "node-not-found": {
    status: 404,
    title: "There is no such node",
    description:
      "The cluster has no member with this number, or the member can't do this: `configuration` in the cluster's status lists the members. If you have just removed it, that is done. Nothing happened.",
  },
  "cluster-exists": {
    status: 409,
    title: "The cluster exists with other regions",
    description:
      "`regions` are those that it has. Members are changed with POST /v1/clusters/{cluster}/members, never by bootstrapping again. Nothing was written.",
  },
  "members-change-under-way": {
    status: 409,
    title: "Another change of the members is under way",
    description:
      "There is one change at a time, and `configuration` shows its progress. It continues by itself: ask again when the cluster's status says `stable`. Removing learners that do not catch up ends their change. No member was changed.",
  },
  "recovery-has-leader": {
    status: 409,
    title: "The node has a leader",
    description:
      "It leads, or has heard a leader within an election timeout: then no quorum is lost, or it is too early to tell. A node that has just started or woken also waits an election timeout before it considers its leader lost. See the cluster's status. If no node leads, ask again after an election timeout. Nothing happened.",
  },
  "recovery-members-differ": {
    status: 409,
    title: "`lost` does not name the other members",
    description:
      "`lost` must name exactly the other members of `configuration`, which is in force at the node: also outgoing ones, learners, and members that work. Check each of them before you give it up. Nothing happened.",
  },
  "recovery-half-snapshot": {
    status: 409,
    title: "The node holds half of a snapshot",
    description:
      "Its leader was lost while it sent the snapshot, and half of a snapshot can't be read. Use another survivor. Nothing happened.",
  },
  "stale-configuration": {
    status: 412,
    title: "The configuration in force is not the expected one",
    description:
      "`expected_index` is not the index of `configuration`, which is in force: the members were changed since, maybe by the same request. No member was changed.",
  },
  "cluster-size": {
    status: 422,
    title: "The cluster can't have this number of members",
    description:
      "After the change there must be at least one voter, and at most `members_max` members. No member was changed.",
  },
  "transfer-failed": {
    status: 503,
    title: "The member did not become the leader",
    description:
      "It may be out of reach, fail each time, or be too far behind to catch up within an election timeout. The old leader continues to lead, or another node was elected meanwhile. The cluster's status shows the leader and the state of the member. Try again.",
    retryAfterS: 1,
  },
  "members-not-ready": {
    status: 503,
    title: "The leader can't change the members yet",
    description:
      "It must first commit an entry of its own term, and could not within `timeout_ms`. No member was changed. Try again.",
    retryAfterS: 1,
  },
  "members-silent": {
    status: 503,
    title: "The remaining voters could not commit anything",
    description:
      "No majority of them has answered the leader within an election timeout. Remove those that are lost, not those that serve, or add new ones in their place. No member was changed. Try again if they come back.",
    retryAfterS: 1,
  },
  "bootstrap-incomplete": {
    status: 503,
    title: "Not all nodes of the cluster could be set up",
    description:
      "Some nodes could not be reached. It is safe to send the same request again: it continues where this one stopped.",
    retryAfterS: 1,
  },
  "node-unreachable": {
    status: 503,
    title: "The node can't be reached",
    description: "It did not answer in time. Nothing happened. Try again.",
    retryAfterS: 1,
  },
  "node-lost": {
    status: 503,
    title: "A node of the cluster has lost its storage",
    description:
      "`nodes` have lost their votes, and could vote twice if they were set up again. Replace them by new members. Nothing was changed.",
  },
} as const satisfies Readonly<Record<string, ProblemKind>>;
