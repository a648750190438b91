import { campaign, canLead } from "./election.ts";
import { quorumHeardAt } from "./leader.ts";
import { quiescesAt } from "./quiesce.ts";
import { becomeFollower, type Leader, type State } from "./state.ts";
import { endLateTransfer } from "./transfer.ts";

/**
 * Does what is due: starts an election, steps down if no majority was heard, gives up a transfer that did not succeed.
 */
export function doWhatIsDue(state: State, now: number): void {
  if (state.quiesce !== null) return;
  const { role } = state;
  if (role.name !== "leader") {
    if (now >= state.electionDeadline) campaign(state, now);
  } else if (now >= quorumDeadline(state, role, now)) {
    becomeFollower(state, state.currentTerm, null, now, "no-majority-heard");
  } else {
    endLateTransfer(role, now);
  }
}

/** When a leader that hears from no majority must step down (thesis §6.2). */
function quorumDeadline(state: State, leader: Leader, now: number): number {
  const { checkQuorum, electionTimeoutMs } = state.options;
  return checkQuorum ? quorumHeardAt(state, leader, now) + electionTimeoutMs : Number.POSITIVE_INFINITY;
}

/** When something is next due, heartbeats included. Null: never. */
export function dueAt(state: State): number | null {
  const { quiesce, role, options, electionDeadline } = state;
  if (quiesce !== null) return null;
  if (role.name !== "leader") return canLead(state) ? electionDeadline : null;
  if (role.peers.size === 0) return quiescesAt(state, role);
  const heartbeats = Array.from(role.peers.values(), ({ sentAt }) => sentAt + options.heartbeatMs);
  return Math.min(...heartbeats);
}
