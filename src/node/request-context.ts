import type { Raft } from "../raft/raft.ts";
import type { Index, Term } from "../raft/types.ts";
import type {
  Answer,
  Failure,
  FailureReason,
  QueryRequest,
  RecoverRequest,
  Request,
} from "../transport/protocol.ts";
import type { Host } from "./host.ts";
import type { News } from "./news.ts";
import type { Placement } from "./placement.ts";
import type { Tally } from "./tally.ts";
import type { Ticket } from "./ticket.ts";
import type { Waiting } from "./waiting.ts";

/** A request on its way through this node. */
export interface RequestContext {
  readonly ticket: Ticket;
  /** How long it may take, ms. */
  readonly timeoutMs: number;
  /** Whether this node may hand it on to the leader. A request from a peer is not handed on again. */
  readonly mayHandOn: boolean;
}

/** The parts of the member that requests go through. */
export interface MemberParts {
  readonly host: Host;
  readonly raft: Raft;
  readonly waiting: Waiting;
  readonly placement: Placement;
  readonly news: News;
  readonly tally: Tally;
  /** Milliseconds on the clock of `raft`. */
  readonly now: () => number;
}

/** The request failed here. */
export const failure = ({ raft }: MemberParts, reason: FailureReason): Failure => ({
  kind: "failure",
  reason,
  leader: raft.state.leader,
});

/** Requests that only the leader can serve. */
export type LeaderRequest = Exclude<Request, QueryRequest | RecoverRequest>;

/** The failure if the leader's answer to a request is lost. A transfer can simply be asked for again. */
const ifLost: Readonly<Record<LeaderRequest["kind"], FailureReason>> = {
  command: "outcome-unknown",
  commands: "outcome-unknown",
  members: "outcome-unknown",
  transfer: "timeout",
  "read-index": "timeout",
};

/** Hands a request on to the leader, once. */
export function handOn(
  parts: MemberParts,
  request: LeaderRequest,
  context: RequestContext,
  ticket: Pick<Ticket, "answer">,
): void {
  const { leader, id } = parts.raft.state;
  if (!context.mayHandOn || leader === null || leader === id) {
    ticket.answer(failure(parts, "not-leader"));
    return;
  }
  const commands = request.kind === "command" || request.kind === "commands";
  const lost = ifLost[request.kind];
  context.ticket.ifLate = () => failure(parts, lost);
  const entered = commands ? { ...request, near: request.near ?? id } : request;
  parts.tally.calls += 1;
  parts.host.forward(leader, entered, context.timeoutMs, (answer) =>
    ticket.answer(answer ?? failure(parts, lost)),
  );
}

/** If an entry of another term is in its place, it can never be committed, so nothing has happened. */
export function awaitEntry(
  parts: MemberParts,
  index: Index,
  term: Term,
  answer: Answer,
  ticket: Ticket,
): void {
  ticket.ifLate = () => failure(parts, "outcome-unknown");
  const settle = (isCommitted: boolean | null): void => {
    if (isCommitted === null) ticket.answer(failure(parts, "outcome-unknown"));
    else ticket.answer(isCommitted ? answer : failure(parts, "superseded"));
  };
  ticket.atEnd(parts.waiting.forEntry({ index, term, settle }));
}

/** Runs `then` once all up to `atLeast` is committed, and a majority has confirmed that this node leads. */
export function confirm(
  parts: MemberParts,
  atLeast: Index,
  ticket: Pick<Ticket, "answer">,
  then: (index: Index) => void,
): void {
  const context = parts.raft.read(atLeast);
  if (context === "not-leader") {
    ticket.answer(failure(parts, context));
    return;
  }
  parts.waiting.forRead(context, (index) => {
    if (index === null) ticket.answer(failure(parts, "not-leader"));
    else then(index);
  });
}
