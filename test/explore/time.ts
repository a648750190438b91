import type { State } from "../../src/raft/state.ts";
import type { Options } from "../../src/raft/types.ts";
import { defaults } from "../raft/harness/cluster.ts";

/**
 * Makes time finite. Each node's clock stands at 0 while nothing happens at it. An input may come later than
 * that, and afterwards all times of the node are converted to a clock at 0. Of each time only one fact is
 * kept: whether it is recent, less than an election timeout ago. So a state does not contain exact ages or
 * the next alarm: any alarm may ring at any moment, at any node, in any order.
 */

/** One command in a message, so that any part of a log may arrive without the rest. */
export const options: Options = { ...defaults, appendBytesMax: 1 };

/** An ordinary input arrives at once. */
export const atOnce = 0;
/** Late enough for a heartbeat, too early for an election. */
export const heartbeatDue = options.heartbeatMs;
/** So late that no leader counts as live, before any node has noticed. */
export const silentFor = options.electionTimeoutMs;
/** So late that every election timeout has passed. */
export const electionDue = 2 * options.electionTimeoutMs;

const longAgo = Number.NEGATIVE_INFINITY;

/** The part of the core's state that makes a difference. The rest never changes, or belongs to the host. */
export type Core = Omit<State, "options" | "log" | "random" | "base" | "effects">;

/** Converts a state's times to a clock that stands at 0 now. */
export function rebase(core: Core, now: number): void {
  const recent = (at: number): number => (now - at < options.electionTimeoutMs ? 0 : longAgo);
  const hearsAnother = core.leader !== null && core.leader !== core.id;
  // When an unknown leader was heard does not matter.
  core.leaderHeardAt = hearsAnother ? recent(core.leaderHeardAt) : longAgo;
  core.electionDeadline = electionDue;
  if (core.role.name !== "leader") return;
  core.role.idleSince = 0;
  for (const progress of core.role.peers.values()) {
    progress.sentAt = 0;
    progress.ackedAt = recent(progress.ackedAt);
    // Only a snapshot in progress uses it, and no log is compacted here.
    progress.toldAt = 0;
  }
}
