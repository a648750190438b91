import { type Index, toIndex } from "../raft/types.ts";
import { isEnd } from "../transport/page.ts";
import type { Answer, Page, PageQuery, QueryRequest } from "../transport/protocol.ts";
import { resultOf } from "./queries.ts";
import { confirm, failure, handOn, type MemberParts, type RequestContext } from "./request-context.ts";
import type { Ticket } from "./ticket.ts";

/** Any node answers from its own rows, once they reach the index that the request must see. */
export function serveQuery(parts: MemberParts, request: QueryRequest, context: RequestContext): void {
  const answerFrom = (index: Index): void => answerQuery(parts, request, index, context.ticket);
  if (request.consistency === "local") {
    // A node that was just restarted does not know yet what is committed, and waits to learn it. There is always more
    // than the snapshot, because compaction leaves the last entries.
    answerFrom(toIndex(parts.raft.state.snapshot.index + 1));
  } else if (parts.raft.state.role.name === "leader") {
    confirm(parts, toIndex(0), context.ticket, answerFrom);
  } else {
    const answer = (answer: Answer): void =>
      answer.kind === "read-index" ? answerFrom(answer.index) : context.ticket.answer(answer);
    handOn(parts, { kind: "read-index" }, context, { answer });
  }
}

/**
 * Half of a snapshot can't be read. One may begin to arrive while a request waits, so this is checked again each time.
 */
function answerQuery(parts: MemberParts, request: QueryRequest, index: Index, ticket: Ticket): void {
  const { commitIndex, snapshot } = parts.raft.state;
  const enough = toIndex(Math.max(index, request.minIndex, snapshot.readableIndex));
  if (enough <= commitIndex) answerNow(parts, request, ticket);
  else
    ticket.atEnd(
      parts.waiting.forCommit({ index: enough, run: () => answerQuery(parts, request, index, ticket) }),
    );
}

function answerNow(parts: MemberParts, request: QueryRequest, ticket: Ticket): void {
  if (ticket.isAnswered) return;
  const { query } = request;
  const index = parts.raft.state.commitIndex;
  const result = resultOf(query, parts.host.storage, index);
  if (result === null) {
    ticket.answer(failure(parts, "unreadable"));
    return;
  }
  const answer: Answer = { kind: "result", result, index };
  if (query.kind === "page" && result.kind === "page" && mayWait(query, result)) {
    awaitTail(parts, request, query, result, ticket, answer);
  } else {
    ticket.answer(answer);
  }
}

/**
 * Whether to wait: at the end of a log that may grow. If the log now begins later than asked for, the answer comes at
 * once.
 */
function mayWait({ from, waitMs }: PageQuery, page: Page): boolean {
  const isMissed = from.at === "seq" && from.seq < page.from;
  return waitMs > 0 && page.from === page.tail && !isEnd(page) && !isMissed;
}

/**
 * Nothing to read yet: reads again from the same place whenever the log changes, until there is something, or until the
 * time is over, with the empty page. Only the first wait sets the timer.
 */
function awaitTail(
  parts: MemberParts,
  request: QueryRequest,
  query: PageQuery,
  page: Page,
  ticket: Ticket,
  empty: Answer,
): void {
  const from = { at: "seq", seq: page.from } as const;
  const again = { ...request, query: { ...query, from, waitMs: Number.POSITIVE_INFINITY } };
  ticket.ifLate = () => empty;
  ticket.atEnd(
    parts.waiting.forTail({ log: page.log, run: () => answerQuery(parts, again, toIndex(0), ticket) }),
  );
  if (Number.isFinite(query.waitMs))
    ticket.atEnd(parts.host.after(query.waitMs, () => ticket.answer(ticket.ifLate())));
}
