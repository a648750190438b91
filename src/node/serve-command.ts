import { batchOf } from "../log/batch-of.ts";
import { decide } from "../log/decide.ts";
import type { Proposal } from "../log/decision.ts";
import { encodeLogEntry } from "../log/entry-codec.ts";
import type { Outcome } from "../log/outcome.ts";
import { SUBSCRIPTION_PREFIX } from "../log/reserved.ts";
import type { Command } from "../log/types.ts";
import type { MembersChange } from "../raft/membership.ts";
import type { NodeId } from "../raft/types.ts";
import type { Answer } from "../transport/protocol.ts";
import { awaitEntry, confirm, failure, type MemberParts } from "./request-context.ts";
import type { Ticket } from "./ticket.ts";

/** The answer says that the hand-over has begun. Whether leadership moves shows in the status. */
export function serveTransfer(parts: MemberParts, to: NodeId, ticket: Ticket): void {
  const { id } = parts.raft.state;
  const begun = to === id ? "begun" : parts.raft.transfer(to, parts.now());
  ticket.answer(begun === "begun" ? { kind: "transferring" } : failure(parts, begun));
}

/** A refusal is true only if this node leads, so that is confirmed first. */
export function serveMembers(parts: MemberParts, change: MembersChange, ticket: Ticket): void {
  const begun = parts.raft.changeMembers(change, parts.now());
  const { configuration, configurationIndex, lastIndex } = parts.raft.state;
  if (begun === "not-leader") ticket.answer(failure(parts, begun));
  else if (typeof begun === "string") {
    const refused = { kind: "members-refused", reason: begun, configuration, configurationIndex } as const;
    confirm(parts, lastIndex, ticket, () => ticket.answer(refused));
  } else {
    const answer = { kind: "members", configuration, configurationIndex } as const;
    awaitEntry(parts, begun.index, begun.term, answer, ticket);
  }
}

/** Continues without the other members, which are given up. The operator finds a line about it in the log. */
export function serveRecovery(parts: MemberParts, lost: readonly NodeId[], ticket: Ticket): void {
  const begun = parts.raft.recover(lost, parts.host.now(), parts.now());
  const { configuration, configurationIndex, id } = parts.raft.state;
  if (typeof begun === "string") {
    ticket.answer({ kind: "recover-refused", reason: begun, configuration, configurationIndex });
    return;
  }
  console.error(`node ${id} continues as the only voter; given up: nodes ${lost.join(", ")}`);
  const answer = { kind: "members", configuration, configurationIndex } as const;
  awaitEntry(parts, begun.index, begun.term, answer, ticket);
}

/** Decides by all rows so far, including uncommitted ones, so the answer waits for those. */
export function serveCommand(
  parts: MemberParts,
  command: Command,
  near: NodeId | null,
  ticket: Ticket,
): void {
  const { lastIndex } = parts.raft.state;
  const decision = decide(command, parts.host.storage.view(lastIndex), parts.host.now());
  switch (decision.kind) {
    case "propose":
      propose(parts, decision, near, ticket);
      break;
    case "answer":
      confirm(parts, lastIndex, ticket, () => ticket.answer(toAnswer(decision.outcome)));
      break;
  }
}

function propose(
  parts: MemberParts,
  { entry, outcome }: Proposal,
  near: NodeId | null,
  ticket: Ticket,
): void {
  const proposal = parts.raft.propose(encodeLogEntry(entry));
  if (typeof proposal === "string") {
    ticket.answer(failure(parts, proposal));
    return;
  }
  const { index, term } = proposal;
  const isAppend = entry.kind !== "create" && batchOf(entry) !== null;
  if (entry.kind === "document" && entry.key.startsWith(SUBSCRIPTION_PREFIX)) parts.news.documented(index);
  if (isAppend) parts.placement.appended(near, parts.now());
  awaitEntry(parts, index, term, toAnswer(outcome(index, term)), ticket);
}

const toAnswer = (outcome: Outcome): Answer => ({ kind: "outcome", outcome });
