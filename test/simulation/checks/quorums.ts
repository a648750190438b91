import { type Configuration, isJoint } from "../../../src/raft/configuration.ts";
import type { NodeId } from "../../../src/raft/types.ts";

/** Quorums, defined independently of the core. */

const isMajority = (voters: readonly NodeId[], has: (id: NodeId) => boolean): boolean =>
  voters.filter(has).length * 2 > voters.length;

/** Whether the nodes for which `has` holds can decide: a majority, in a joint configuration one of each half. */
export function isQuorum({ voters, outgoing }: Configuration, has: (id: NodeId) => boolean): boolean {
  return isMajority(voters, has) && (outgoing.length === 0 || isMajority(outgoing, has));
}

const key = (voters: readonly NodeId[]): string => [...voters].sort((a, b) => a - b).join();

/** Whether one configuration may follow another: into a joint one, out of it, or with the same voters. */
export function areNeighbours(before: Configuration, after: Configuration): boolean {
  if (isJoint(after)) return !isJoint(before) && key(after.outgoing) === key(before.voters);
  return key(after.voters) === key(before.voters);
}
