import { type Configuration, encodeConfiguration, membersOf } from "./configuration.ts";
import { hasLiveLeader } from "./election.ts";
import { createEntry } from "./entry.ts";
import { append, enterTerm, hasHalfSnapshot, resetElectionDeadline, type State, takeRole } from "./state.ts";
import { type Index, type NodeId, toIndex } from "./types.ts";

/**
 * The members that are given up may have gone through terms that this node never heard of. It jumps past them, so that
 * none of its entries has the term and index of one of theirs.
 */
const termLeap = 1_000;

/** Why a forced recovery is refused. Nothing happened. */
export type RecoveryRefusal =
  /** A leader is at work, or was a moment ago, or this node has not listened long enough to exclude that. */
  | "has-leader"
  /** The request must name exactly the other members of the configuration in force: all of them are given up. */
  | "other-members"
  /** This node has half of a snapshot, so its logs can't be read yet. Another survivor must do it. */
  | "half-snapshot";

/**
 * Makes this node the only voter, after a quorum was lost for good. Committed entries that this node does not hold are
 * lost, and uncommitted entries that it holds will be committed. Not part of Raft: if nodes that were given up come
 * back, they are a second cluster of the same name. The log keeps a record of the recovery.
 */
export function forceRecovery(
  state: State,
  lost: readonly NodeId[],
  timestamp: number,
  now: number,
): Index | RecoveryRefusal {
  const listenedMs = now - Math.max(state.listensSince, state.leaderHeardAt);
  if (hasLiveLeader(state, now) || listenedMs < state.options.electionTimeoutMs) return "has-leader";
  const others = membersOf(state.configuration).filter((id) => id !== state.id);
  const isExact = lost.length === others.length && others.every((id) => lost.includes(id));
  if (!isExact) return "other-members";
  if (hasHalfSnapshot(state)) return "half-snapshot";
  enterTerm(state, state.currentTerm + termLeap, state.id, "forced-recovery");
  resetElectionDeadline(state, now);
  state.leader = null;
  takeRole(state, { name: "candidate", votes: new Map() }, "forced-recovery");
  const index = toIndex(state.lastIndex + 1);
  const data = encodeConfiguration(alone(state, lost, timestamp));
  append(state, [createEntry(index, state.currentTerm, "configuration", data)]);
  return index;
}

function alone({ configuration, id }: State, lost: readonly NodeId[], timestamp: number): Configuration {
  return {
    ...configuration,
    ...{ voters: [id], outgoing: [], learners: [], leaving: [] },
    regions: { [id]: configuration.regions[id] ?? "" },
    recoveries: configuration.recoveries + 1,
    forced: { lost, timestamp },
  };
}
