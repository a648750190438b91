import type { Index, Term } from "../raft/types.ts";
import { compareUtf8 } from "./compare-utf8.ts";
import { answer, batchRefusal, type Decision, propose, refuse } from "./decision.ts";
import type { Appended, Refusal } from "./outcome.ts";
import { checkProducer } from "./producer.ts";
import { alteration, entryBase, type Subject } from "./subject.ts";
import type { AppendCommand, AppendEntry, LogState, Seq } from "./types.ts";
import { toSeq } from "./types.ts";

/** The media type of a log whose records are JSON values, not bytes or texts. */
export const JSON_TYPE = "application/json";

export function decideAppend(command: AppendCommand, subject: Subject): Decision {
  const { producer } = command;
  const tooLarge = batchRefusal(command);
  if (tooLarge !== null) return refuse(tooLarge);
  const { life, view } = subject;
  const verdict = producer === null ? null : checkProducer(producer, life, view);
  if (verdict?.kind === "refused") return refuse(verdict.refusal);
  if (verdict?.kind === "duplicate") {
    const { batch, lastSeq } = verdict;
    const outcome = appended(batch, batch.index, batch.term, lastSeq, life.state.closed);
    return answer({ ...outcome, duplicate: true });
  }
  const unmet = unmetCondition(command, subject);
  return unmet === null ? proposeAppend(command, subject) : refuse(unmet);
}

/** The first of the append's conditions that does not hold. */
function unmetCondition(
  command: AppendCommand,
  { life: { state }, tail: { seq: tail } }: Subject,
): Refusal | null {
  const { expectedSeq, fencingToken: token, writerSeq, contentType } = command;
  const { fencingToken } = state;
  if (state.closed) return { reason: "log-closed", tail };
  if (!takes(state.contentType, contentType))
    return { reason: "content-type-mismatch", contentType: state.contentType };
  if (writerSeq !== null && state.writerSeq !== null && compareUtf8(writerSeq, state.writerSeq) <= 0)
    return { reason: "writer-sequence-regression", writerSeq: state.writerSeq };
  if (expectedSeq !== null && expectedSeq !== tail)
    return { reason: "sequence-mismatch", expectedSeq, tail, fencingToken };
  return token !== null && token !== fencingToken ? { reason: "fenced", fencingToken, tail } : null;
}

/** A log of JSON accepts only JSON. An append without a media type may go to any other log. */
function takes(logType: string | null, type: string | null): boolean {
  return logType === null || logType === type || (type === null && logType !== JSON_TYPE);
}

/** Most appends change only the end of the log: their entry holds only the batch. */
function proposeAppend(command: AppendCommand, subject: Subject): Decision {
  const { count, records, producer, writerSeq, closes } = command;
  const { state } = subject.life;
  const change: Partial<LogState> = {
    ...(writerSeq === null ? {} : { writerSeq }),
    ...(closes ? { closed: true, closedBy: producer } : {}),
  };
  const plain: AppendEntry = { kind: "append", ...entryBase(subject), count, records, producer };
  const isPlain = writerSeq === null && !closes;
  const entry = isPlain ? plain : { ...alteration(subject, change), batch: { count, records }, producer };
  const outcome = (index: Index, term: Term): Appended =>
    appended(plain, index, term, producer?.seq ?? null, closes || state.closed);
  return propose(entry, outcome);
}

interface Positions {
  readonly start: Seq;
  readonly count: number;
  readonly timestamp: number;
}

function appended(
  { start, count, timestamp }: Positions,
  index: Index,
  term: Term,
  producerSeq: number | null,
  closed: boolean,
): Appended {
  const end = toSeq(start + count);
  return {
    kind: "appended",
    start,
    end,
    tail: end,
    timestamp,
    index,
    term,
    duplicate: false,
    producerSeq,
    closed,
  };
}
