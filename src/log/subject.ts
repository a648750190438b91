import { notBefore } from "./decision.ts";
import { type AlterEntry, type DeleteEntry, type LogState, toSeq } from "./types.ts";
import type { Life, LogView, Tail } from "./view.ts";

/** A log that exists, its tail, and the leader's clock, ms since the epoch. */
export interface Subject {
  readonly life: Life;
  readonly tail: Tail;
  readonly view: LogView;
  readonly now: number;
}

/** The members that all entries of a log have. */
export function entryBase({ life, tail, now }: Subject) {
  return { log: life.id, start: tail.seq, bytes: tail.bytes, timestamp: notBefore(tail, now) };
}

export function alteration(subject: Subject, change: Partial<LogState>): AlterEntry {
  const { name, state } = subject.life;
  const trims = change.earliest !== undefined;
  const none = { batch: null, producer: null };
  return { kind: "alter", name, trims, state: { ...state, ...change }, ...none, ...entryBase(subject) };
}

/** The change of the state if the records before `before` are trimmed. */
export function trimmed({ life: { id, state }, view }: Subject, before: number): Partial<LogState> {
  const last = view.batchAt(id, before - 1);
  const isWhole = last !== null && last.start + last.count === before;
  const whole = last === null || isWhole ? last : view.batchAt(id, last.start - 1);
  return { earliest: toSeq(before), trimmedBytes: Math.max(state.trimmedBytes, whole?.bytes ?? 0) };
}

export function deletion(subject: Subject): DeleteEntry {
  const { name, state } = subject.life;
  return { kind: "delete", name, state, ...entryBase(subject) };
}
