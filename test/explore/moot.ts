import type { Message } from "../../src/raft/messages.ts";
import type { NodeState } from "./node-state.ts";
import { codeOfDelivery, type Outcomes } from "./outcomes.ts";

/**
 * Whether a message in flight makes no difference any more, so that states with and without it are one. The
 * core must ignore it in the present state. The comments here explain why it always will.
 */
export function isMoot(outcomes: Outcomes, nodes: readonly number[], message: number): boolean {
  const at = nodes[outcomes.messages.value(message).to - 1] as number;
  const value = outcomes.messages.value(message);
  const { isIdle, node, sent } = outcomes.outcome(at, codeOfDelivery(message), true);
  if (isIdle) return isTooLate(value, outcomes.nodes.value(at));
  // A node that does not ask for votes any more has no use for one, if giving it changes nothing.
  const asksForVotes = value.type === "PreVote" || value.type === "RequestVote";
  return asksForVotes && node === at && sent.every((answer) => isMoot(outcomes, nodes, answer));
}

/**
 * An older term is ignored for ever: no crash takes a node back below what is on its disk. So is the answer to a
 * question that no node asks any more: a node is a candidate once a term. (To be refused by a pre-vote is no such
 * answer: the same question may be asked again.)
 */
function isTooLate(message: Message, { core, durable }: NodeState): boolean {
  const { currentTerm } = durable.hardState;
  if (message.term !== currentTerm) return message.term < currentTerm;
  switch (message.type) {
    case "PreVoteResponse":
      return message.granted;
    case "RequestVoteResponse":
    case "AppendEntriesAccepted":
    case "AppendEntriesRejected":
      return core.role.name !== "candidate";
    default:
      return false;
  }
}
