import { appendedJson } from "../http/append-output.ts";
import { type Problem, problemBody } from "../http/problem.ts";
import type { Appended } from "../log/outcome.ts";
import type { TailEnd, TailPosition } from "../node/subscriber.ts";
import type { Subject } from "./input.ts";
import type { ServerMessage } from "./output.ts";
import { sessionLimits } from "./protocol.ts";

/** The first message of a session: the limits for its client. */
export const welcomeText = textOf({
  kind: "welcome",
  requests_max: sessionLimits.requests,
  characters_max: sessionLimits.characters,
  message_characters_max: sessionLimits.messageCharacters,
  tails_max: sessionLimits.tails,
  credit_max: sessionLimits.credit,
});

export const pingText = JSON.stringify({ kind: "ping" });
export const pongText = textOf({ kind: "pong" });

/** The records of an append are committed. */
export function appendedText(id: number, appended: Appended): string {
  return textOf({ kind: "appended", id, ...appendedJson(appended) });
}

/** A tail has begun. */
export function tailingText(tail: number, { next, credit }: TailPosition): string {
  return textOf({ kind: "tailing", tail, next, credit });
}

/** A tail has ended, as its client asked. */
export function untailedText(tail: number): string {
  return textOf({ kind: "untailed", tail });
}

/** A request was refused, or a tail could not begin. */
export function errorText(subject: Subject, problem: Problem): string {
  return textOf({ kind: "error", ...subject, problem: problemBody(problem) });
}

/** A tail has ended. `next` is the first record that was not sent. */
export function endText(tail: number, why: TailEnd, next: number): string {
  switch (why.kind) {
    case "closed":
    case "deleted":
    case "unreadable":
      return textOf({ kind: why.kind, tail, next });
    case "trimmed":
      return textOf({ kind: why.kind, tail, next, earliest: why.earliest });
    case "dropped":
      return textOf({ kind: why.kind, tail, resume: next });
  }
}

function textOf(message: ServerMessage): string {
  return JSON.stringify(message);
}
