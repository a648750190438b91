import { z } from "@hono/zod-openapi";
import { appendOutput } from "../http/append-output.ts";
import { problemOutput } from "../http/problem-output.ts";
import { recordOutput } from "../http/record-output.ts";

const natural = z.int().min(0);
const tail = natural.openapi({ description: "The client's number for the tail." });
const next = natural.openapi({ description: "The first record that was not sent." });
const max = z.int().min(1);

const welcome = z
  .object({
    kind: z.literal("welcome"),
    requests_max: max.openapi({ description: "Unanswered requests." }),
    characters_max: max.openapi({ description: "Characters of their messages together." }),
    message_characters_max: max.openapi({ description: "Characters of one message." }),
    tails_max: max,
    credit_max: max.openapi({ description: "Credit of a tail, bytes." }),
  })
  .openapi("SessionWelcome", { description: "The first message: the limits for the client." });

const appended = appendOutput
  .extend({
    kind: z.literal("appended"),
    id: natural.openapi({ description: "The client's number for the append." }),
  })
  .openapi("SessionAppended", { description: "The records of an append are committed." });

const tailing = z
  .object({
    kind: z.literal("tailing"),
    tail,
    next: natural.openapi({ description: "Where it begins." }),
    credit: z.int().openapi({ description: "Its credit at the beginning, bytes." }),
  })
  .openapi("SessionTailing", { description: "A tail has begun." });

const untailed = z
  .object({ kind: z.literal("untailed"), tail })
  .openapi("SessionUntailed", { description: "A tail has ended, as its client asked." });

const error = z
  .object({
    kind: z.literal("error"),
    id: natural.optional(),
    tail: natural.optional(),
    problem: problemOutput,
  })
  .openapi("SessionError", {
    description: "The request of this `id`, or `tail`, was refused, with the problem that HTTP would give.",
  });

const records = z
  .object({
    kind: z.literal("records"),
    tail,
    records: z.array(recordOutput),
    next: natural.openapi({ description: "Where to continue after a loss." }),
    log_tail: natural.openapi({ description: "The log's next sequence number." }),
    bytes: natural.openapi({ description: "The credit that they used." }),
  })
  .openapi("SessionRecords");

const over = z
  .object({ kind: z.enum(["closed", "deleted", "unreadable"]), tail, next })
  .openapi("SessionTailOver", {
    description:
      "The tail is over: all of a closed log was sent, the log is deleted, or this replica's copy is damaged.",
  });

const trimmed = z
  .object({
    kind: z.literal("trimmed"),
    tail,
    next,
    earliest: natural.openapi({ description: "The log's first record." }),
  })
  .openapi("SessionTrimmed", { description: "The tail is over: its next records are trimmed." });

const dropped = z.object({ kind: z.literal("dropped"), tail, resume: next }).openapi("SessionDropped", {
  description: "The tail is over: no credit came for too long while there was something to send.",
});

const pong = z.object({ kind: z.literal("pong") }).openapi("SessionPong");

/** A message of a node in a session. */
export const serverMessage = z
  .discriminatedUnion("kind", [
    welcome,
    appended,
    tailing,
    untailed,
    error,
    records,
    over,
    trimmed,
    dropped,
    pong,
  ])
  .openapi("SessionServerMessage");

export type ServerMessage = z.infer<typeof serverMessage>;
