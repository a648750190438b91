import { answer, type Decision, propose, refuse } from "./decision.ts";
import type { Altered } from "./outcome.ts";
import { checkProducer } from "./producer.ts";
import { isRenewalDue } from "./state.ts";
import { alteration, type Subject, trimmed } from "./subject.ts";
import type {
  CloseCommand,
  FenceCommand,
  LogState,
  ProducerTuple,
  RenewCommand,
  TrimCommand,
} from "./types.ts";

export function decideTrim({ before }: TrimCommand, subject: Subject): Decision {
  const { seq: tail } = subject.tail;
  if (before > tail) return refuse({ reason: "beyond-tail", tail });
  if (before <= subject.life.state.earliest) return unchanged(subject);
  return change(subject, trimmed(subject, before));
}

export function decideClose({ producer }: CloseCommand, subject: Subject): Decision {
  const { life, view, tail } = subject;
  const { closed, closedBy } = life.state;
  if (producer === null) return closed ? unchanged(subject) : change(subject, { closed: true });
  if (closed && closedBy !== null && isSame(producer, closedBy)) return retry(subject);
  const verdict = checkProducer(producer, life, view);
  const refusal = verdict.kind === "refused" ? verdict.refusal : null;
  // A retry of a trimmed batch is a retry too, so the positions of its records do not matter here.
  const isRetry = verdict.kind === "duplicate" || refusal?.reason === "batch-trimmed";
  if (refusal !== null && !isRetry) return refuse(refusal);
  if (closed) return refuse({ reason: "log-closed", tail: tail.seq });
  // The tuple is that of an append, which did not seal the log.
  if (isRetry) return retry(subject);
  const state = { closed: true, closedBy: producer };
  return propose({ ...alteration(subject, state), producer }, () => altered(subject, state));
}

const retry = (subject: Subject): Decision => answer({ ...altered(subject, {}), duplicate: true });

function isSame(a: ProducerTuple, b: ProducerTuple): boolean {
  return a.id === b.id && a.epoch === b.epoch && a.seq === b.seq;
}

export function decideFence({ token, expected }: FenceCommand, subject: Subject): Decision {
  const { fencingToken } = subject.life.state;
  if (expected !== undefined && expected !== fencingToken)
    return refuse({ reason: "fenced", fencingToken, tail: subject.tail.seq });
  return token === fencingToken ? unchanged(subject) : change(subject, { fencingToken: token });
}

export function decideRenew({ touch }: RenewCommand, subject: Subject): Decision {
  const { life, tail, now } = subject;
  return touch && isRenewalDue(life.state, tail, now) ? change(subject, {}) : unchanged(subject);
}

function change(subject: Subject, state: Partial<LogState>): Decision {
  return propose(alteration(subject, state), () => altered(subject, state));
}

const unchanged = (subject: Subject): Decision => answer(altered(subject, {}));

function altered({ life, tail }: Subject, change: Partial<LogState>): Altered {
  return { kind: "altered", tail: tail.seq, state: { ...life.state, ...change }, duplicate: false };
}
