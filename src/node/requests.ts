import { decide, proposedOutcome } from "../log/decide.ts";
import { encodeLogEntry } from "../log/entry-codec.ts";
import type { LogEntry, Outcome } from "../log/types.ts";
import type { MembersChange } from "../raft/membership.ts";
import type { Raft } from "../raft/raft.ts";
import { type Index, type NodeId, type Term, toIndex } from "../raft/types.ts";
import { StorageError } from "../storage/error.ts";
import type {
  Answer,
  CommandRequest,
  Failure,
  FailureReason,
  Page,
  PageQuery,
  Query,
  QueryRequest,
  QueryResult,
  RecoverRequest,
  Request,
} from "../transport/protocol.ts";
import type { Host } from "./host.ts";
import type { Placement } from "./placement.ts";
import { evaluate } from "./queries.ts";
import type { Tally } from "./tally.ts";
import { Ticket } from "./ticket.ts";
import type { Waiting } from "./waiting.ts";

/** A request on its way through this node. */
interface Errand {
  readonly ticket: Ticket;
  /** How long it may take, ms. */
  readonly timeoutMs: number;
  /** It came from a peer, and is not handed on again. */
  readonly forwarded: boolean;
}

/** The parts of the member that requests go through. */
export interface Surroundings {
  readonly host: Host;
  readonly raft: Raft;
  readonly waiting: Waiting;
  readonly placement: Placement;
  readonly tally: Tally;
  /** Milliseconds on the clock of `raft`. */
  readonly now: () => number;
}

/**
 * Serves commands and queries. Every answer, a refusal too, waits until what it was decided on is committed
 * in the leader's term; a refusal, which leaves no entry behind, also until a majority has confirmed that
 * this node still led when it decided.
 */
export class Requests {
  readonly #host: Host;
  readonly #raft: Raft;
  readonly #waiting: Waiting;
  readonly #placement: Placement;
  readonly #tally: Tally;
  /** Milliseconds on the clock of `raft`. */
  readonly #now: () => number;

  constructor({ host, raft, waiting, placement, tally, now }: Surroundings) {
    this.#host = host;
    this.#now = now;
    this.#raft = raft;
    this.#waiting = waiting;
    this.#placement = placement;
    this.#tally = tally;
  }

  /** Starts the clock of a request; `serve` is for when its turn comes. */
  open(
    request: Request,
    timeoutMs: number,
    forwarded: boolean,
    answer: (answer: Answer) => void,
  ): { readonly serve: () => void } {
    const ticket = new Ticket(answer, () => this.#failure("timeout"));
    ticket.atEnd(this.#host.after(timeoutMs, () => ticket.answer(ticket.ifLate())));
    const errand = { ticket, timeoutMs, forwarded };
    return {
      serve: () => {
        if (!ticket.isAnswered) this.#serve(request, errand);
      },
    };
  }

  #serve(request: Request, errand: Errand): void {
    if (this.#needsLeader(request)) this.#raft.wake(this.#now());
    if (request.kind === "query") this.#query(request, errand);
    else if (request.kind === "recover") this.#recover(request.lost, errand.ticket);
    else if (this.#raft.state.role.name !== "leader") this.#handOn(request, errand, errand.ticket);
    else if (request.kind === "command") this.#command(request, errand.ticket);
    else if (request.kind === "transfer") this.#transfer(request.to, errand.ticket);
    else if (request.kind === "members") this.#members(request.change, errand.ticket);
    else
      this.#confirm(toIndex(0), errand.ticket, (index) =>
        errand.ticket.answer({ kind: "read-index", index }),
      );
  }

  /** What this node holds and knows committed it answers in its sleep. */
  #needsLeader(request: Request): boolean {
    if (request.kind !== "query" || request.consistency === "linearizable") return true;
    return request.minIndex > this.#raft.state.commitIndex;
  }

  /** Gives what needs the leader to the leader, once. */
  #handOn(
    request: Exclude<Request, QueryRequest | RecoverRequest>,
    errand: Errand,
    ticket: Pick<Ticket, "answer">,
  ): void {
    const { leader, id } = this.#raft.state;
    if (errand.forwarded || leader === null || leader === id) {
      ticket.answer(this.#failure("not-leader"));
      return;
    }
    const writes = request.kind === "command" || request.kind === "members";
    const lost: FailureReason = writes ? "outcome-unknown" : "timeout";
    errand.ticket.ifLate = () => this.#failure(lost);
    const entered = request.kind === "command" ? { ...request, near: request.near ?? id } : request;
    this.#tally.calls += 1;
    this.#host.forward(leader, entered, errand.timeoutMs, (answer) =>
      ticket.answer(answer ?? this.#failure(lost)),
    );
  }

  #transfer(to: NodeId, ticket: Ticket): void {
    const { id } = this.#raft.state;
    const begun = to === id ? "begun" : this.#raft.transfer(to, this.#now());
    ticket.answer(begun === "begun" ? { kind: "transferring" } : this.#failure(begun));
  }

  /** A refusal is as true as the leadership of who gives it: that is confirmed first. */
  #members(change: MembersChange, ticket: Ticket): void {
    const begun = this.#raft.changeMembers(change, this.#now());
    const { configuration, configurationIndex, lastIndex } = this.#raft.state;
    if (begun === "not-leader") ticket.answer(this.#failure(begun));
    else if (typeof begun === "string") {
      const refused = { kind: "members-refused", reason: begun, configuration, configurationIndex } as const;
      this.#confirm(lastIndex, ticket, () => ticket.answer(refused));
    } else {
      const answer = { kind: "members", configuration, configurationIndex } as const;
      this.#awaitEntry(begun.index, begun.term, answer, ticket);
    }
  }

  #recover(lost: readonly NodeId[], ticket: Ticket): void {
    const begun = this.#raft.recover(lost, this.#host.now(), this.#now());
    const { configuration, configurationIndex, id } = this.#raft.state;
    if (typeof begun === "string") {
      ticket.answer({ kind: "recover-refused", reason: begun, configuration });
      return;
    }
    console.error(`node ${id} goes on as the only voter; given up: nodes ${lost.join(", ")}`);
    const answer = { kind: "members", configuration, configurationIndex } as const;
    this.#awaitEntry(begun.index, begun.term, answer, ticket);
  }

  #command({ command, near }: CommandRequest, ticket: Ticket): void {
    const { lastIndex } = this.#raft.state;
    const decision = decide(command, this.#host.storage.view(lastIndex), this.#host.now());
    switch (decision.kind) {
      case "propose":
        this.#propose(decision.entry, near ?? null, ticket);
        break;
      case "duplicate":
        this.#awaitEntry(decision.batch.index, decision.batch.term, toAnswer(decision.outcome), ticket);
        break;
      case "answer":
        this.#confirm(lastIndex, ticket, () => ticket.answer(toAnswer(decision.outcome)));
        break;
    }
  }

  #propose(entry: LogEntry, near: NodeId | null, ticket: Ticket): void {
    const proposal = this.#raft.propose(encodeLogEntry(entry));
    if (typeof proposal === "string") {
      ticket.answer(this.#failure(proposal));
      return;
    }
    const { index, term } = proposal;
    if (entry.kind === "append") this.#placement.appended(near, this.#now());
    this.#awaitEntry(index, term, toAnswer(proposedOutcome(entry, index, term)), ticket);
  }

  /** An entry of another term in its place means that it can never be committed: nothing has happened. */
  #awaitEntry(index: Index, term: Term, answer: Answer, ticket: Ticket): void {
    ticket.ifLate = () => this.#failure("outcome-unknown");
    const settle = (isCommitted: boolean | null): void => {
      if (isCommitted === null) ticket.answer(this.#failure("outcome-unknown"));
      else ticket.answer(isCommitted ? answer : this.#failure("superseded"));
    };
    ticket.atEnd(this.#waiting.forEntry({ index, term, settle }));
  }

  /** Runs `then` once all up to `atLeast` is committed, and a majority says that this node leads. */
  #confirm(atLeast: Index, ticket: Pick<Ticket, "answer">, then: (index: Index) => void): void {
    const context = this.#raft.read(atLeast);
    if (context === "not-leader") {
      ticket.answer(this.#failure(context));
      return;
    }
    this.#waiting.forRead(context, (index) => {
      if (index === null) ticket.answer(this.#failure("not-leader"));
      else then(index);
    });
  }

  /** Any node answers from its own rows, once they reach what the request has to see. */
  #query(request: QueryRequest, errand: Errand): void {
    const answerFrom = (index: Index): void => this.#answerQuery(request, index, errand.ticket);
    if (request.consistency === "local") {
      // A node that was just restarted does not know yet what is committed: it waits to hear it. There always is
      // more than the snapshot, for compaction leaves a tail.
      answerFrom(toIndex(this.#raft.state.snapshot.index + 1));
    } else if (this.#raft.state.role.name === "leader") {
      this.#confirm(toIndex(0), errand.ticket, answerFrom);
    } else {
      const answer = (answer: Answer): void =>
        answer.kind === "read-index" ? answerFrom(answer.index) : errand.ticket.answer(answer);
      this.#handOn({ kind: "read-index" }, errand, { answer });
    }
  }

  /** Nobody is shown half of a snapshot, which may come in while a request waits. */
  #answerQuery(request: QueryRequest, index: Index, ticket: Ticket): void {
    const { commitIndex, snapshot } = this.#raft.state;
    const enough = toIndex(Math.max(index, request.minIndex, snapshot.readableIndex));
    if (enough <= commitIndex) this.#answerNow(request, ticket);
    else
      ticket.atEnd(
        this.#waiting.forCommit({ index: enough, run: () => this.#answerQuery(request, index, ticket) }),
      );
  }

  #answerNow(request: QueryRequest, ticket: Ticket): void {
    if (ticket.isAnswered) return;
    const { query } = request;
    const index = this.#raft.state.commitIndex;
    const result = this.#evaluate(query, index);
    if (result === null) {
      ticket.answer(this.#failure("unreadable"));
      return;
    }
    const answer: Answer = { kind: "result", result, index };
    const waits = query.kind === "page" && query.waitMs > 0;
    if (waits && result.kind === "page" && result.from === result.tail) {
      this.#awaitTail(request, query, result, ticket, answer);
    } else {
      ticket.answer(answer);
    }
  }

  /** Null where this node's copy is damaged: that harms nobody but who needs it from here. */
  #evaluate(query: Query, index: Index): QueryResult | null {
    try {
      return evaluate(query, this.#host.storage, index);
    } catch (error) {
      if (!(error instanceof StorageError && error.fault === "damaged-entry")) throw error;
      console.error("a read failed:", error);
      return null;
    }
  }

  /** Nothing to read yet: once more from the same place when the log changes, or the empty page in the end. */
  #awaitTail(request: QueryRequest, query: PageQuery, page: Page, ticket: Ticket, empty: Answer): void {
    const from = { at: "seq", seq: page.from } as const;
    const again = { ...request, query: { ...query, from, waitMs: 0 } };
    ticket.ifLate = () => empty;
    ticket.atEnd(
      this.#waiting.forTail({ log: page.log, run: () => this.#answerQuery(again, toIndex(0), ticket) }),
    );
    ticket.atEnd(this.#host.after(query.waitMs, () => ticket.answer(empty)));
  }

  #failure(reason: FailureReason): Failure {
    return { kind: "failure", reason, leader: this.#raft.state.leader };
  }
}

const toAnswer = (outcome: Outcome): Answer => ({ kind: "outcome", outcome });
