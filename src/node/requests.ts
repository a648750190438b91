import { toIndex } from "../raft/types.ts";
import type { Answer, Request } from "../transport/protocol.ts";
import {
  confirm,
  failure,
  handOn,
  type LeaderRequest,
  type MemberParts,
  type RequestContext,
} from "./request-context.ts";
import { serveCommand, serveMembers, serveRecovery, serveTransfer } from "./serve-command.ts";
import { serveCommands } from "./serve-commands.ts";
import { serveQuery } from "./serve-query.ts";
import { Ticket } from "./ticket.ts";

/**
 * Serves a request: this starts its time limit, and `serve` is called when its turn comes. `write` writes the proposals
 * so far. Every answer, also a refusal, waits until the entries that it was decided on are committed in the leader's
 * term. A refusal, which leaves no entry, also waits until a majority has confirmed that this node still led when it
 * decided.
 */
export function openRequest(
  parts: MemberParts,
  request: Request,
  timeoutMs: number,
  mayHandOn: boolean,
  answer: (answer: Answer) => void,
): { readonly serve: (write: () => void) => void } {
  const ticket = new Ticket(answer, () => failure(parts, "timeout"));
  ticket.atEnd(parts.host.after(timeoutMs, () => ticket.answer(ticket.ifLate())));
  const context = { ticket, timeoutMs, mayHandOn };
  return {
    serve: (write) => {
      if (!ticket.isAnswered) serve(parts, request, context, write);
    },
  };
}

function serve(parts: MemberParts, request: Request, context: RequestContext, write: () => void): void {
  const { raft } = parts;
  const { ticket } = context;
  if (needsLeader(parts, request)) raft.wake(parts.now());
  if (request.kind === "query") serveQuery(parts, request, context);
  else if (request.kind === "recover") serveRecovery(parts, request.lost, ticket);
  else if (raft.state.role.name !== "leader") handOn(parts, request, context, ticket);
  else lead(parts, request, ticket, write);
}

/** Serves requests that only a leader can serve. */
function lead(parts: MemberParts, request: LeaderRequest, ticket: Ticket, write: () => void): void {
  switch (request.kind) {
    case "command":
      serveCommand(parts, request.command, request.near ?? null, ticket);
      break;
    case "commands":
      serveCommands(parts, request, ticket, write);
      break;
    case "transfer":
      serveTransfer(parts, request.to, ticket);
      break;
    case "members":
      serveMembers(parts, request.change, ticket);
      break;
    case "read-index":
      confirm(parts, toIndex(0), ticket, (index) => ticket.answer({ kind: "read-index", index }));
      break;
    default:
      request satisfies never;
  }
}

/** A sleeping node answers from its own committed rows. */
function needsLeader({ raft }: MemberParts, request: Request): boolean {
  if (request.kind !== "query" || request.consistency === "linearizable") return true;
  return request.minIndex > raft.state.commitIndex;
}
