import type { Leader, State } from "./state.ts";
import type { NodeId } from "./types.ts";

/** Begins to hand over to a peer. This replaces a transfer that was under way. */
export function beginTransfer(state: State, leader: Leader, to: NodeId, now: number): void {
  if (leader.transfer?.to === to) return;
  leader.transfer = { to, deadline: now + state.options.electionTimeoutMs, isTold: false };
}

/** A target that can't catch up, or does not answer, must not keep the cluster from working. */
export function endLateTransfer(leader: Leader, now: number): void {
  if (leader.transfer !== null && now >= leader.transfer.deadline) leader.transfer = null;
}

/**
 * Tells the target to campaign once it holds the whole log, and again with each heartbeat, in case the message was
 * lost.
 */
export function tellTarget(state: State, leader: Leader, heartbeatDue: boolean): void {
  const { transfer } = leader;
  if (transfer === null || (transfer.isTold && !heartbeatDue)) return;
  if (leader.peers.get(transfer.to)?.matchIndex !== state.lastIndex) return;
  const { id: from, currentTerm: term, lastIndex } = state;
  state.effects.messages.push({ type: "TimeoutNow", from, to: transfer.to, term, lastIndex });
  transfer.isTold = true;
}
