import type { ProblemKind } from "./problem-kind.ts";

/** What goes wrong with a cluster, its nodes and its members. */
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
      "The cluster has no member of this number, or none that may do what was asked: `configuration` in the cluster's status lists those that it has. If you have just removed it, it is done. Nothing happened.",
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
      "There is one at a time; `configuration` is how far it is. It goes on by itself: ask again when the cluster's status says `stable`. Learners that do not catch up may be removed, which ends their change. No member was changed.",
  },
  "recovery-has-leader": {
    status: 409,
    title: "The node has a leader",
    description:
      "It leads, or has heard a leader within an election timeout: then no quorum is lost, or it is too early to say so. A node that has just started or woken waits an election timeout, too, before it believes that its leader is gone. See the cluster's status; if nobody leads, ask again after an election timeout. Nothing happened.",
  },
  "recovery-members-differ": {
    status: 409,
    title: "Those given up are not the other members",
    description:
      "`lost` must name all other members of `configuration`, which is in force at the node, and nobody else: outgoing ones, learners, and members that are well, too. Look at each of them before you give it up. Nothing happened.",
  },
  "recovery-half-snapshot": {
    status: 409,
    title: "The node holds half of a snapshot",
    description:
      "Its leader was lost while it was being sent one, and what it has can't be read. Let another survivor go on. Nothing happened.",
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
    title: "The member did not come to lead",
    description:
      "It may be out of reach, fail each time, or be too far behind to catch up within an election timeout. The leader that was goes on, or another one that was elected meanwhile: the cluster's status says which. Look at how the member is there, and try again.",
    retryAfterS: 1,
  },
  "members-not-ready": {
    status: 503,
    title: "The leader can't change the members yet",
    description:
      "It has to commit an entry of its own term first, and could not within `timeout_ms`. No member was changed. Try again.",
    retryAfterS: 1,
  },
  "members-silent": {
    status: 503,
    title: "The voters that would be left could decide nothing",
    description:
      "No majority of them has answered the leader within an election timeout. Remove those that are lost, not those that serve, or add new ones in their place. No member was changed. Try again if they come back.",
    retryAfterS: 1,
  },
  "bootstrap-incomplete": {
    status: 503,
    title: "Not all nodes of the cluster could be set up",
    description:
      "Some nodes could not be reached. Sending the same request again is safe and goes on where this one stopped.",
    retryAfterS: 1,
  },
  "node-unreachable": {
    status: 503,
    title: "The node can't be reached",
    description: "It said in time neither yes nor no to being there. Nothing happened. Try again.",
    retryAfterS: 1,
  },
  "node-lost": {
    status: 503,
    title: "A node of the cluster has lost its storage",
    description:
      "`nodes` lost what they had promised, and could vote twice if they were set up again. They must be replaced by new members. Nothing was changed.",
  },
} as const satisfies Readonly<Record<string, ProblemKind>>;
