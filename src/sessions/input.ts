import { z } from "@hono/zod-openapi";
import { fencingToken, logName } from "../http/parameters.ts";
import type { Problem } from "../http/problem.ts";
import { producerId } from "../http/producer-headers.ts";
import { batchSources, recordInput, type Source } from "../http/record-input.ts";
import { invalidBody } from "../http/validation.ts";
import { BATCH_RECORDS_MAX } from "../log/limits.ts";
import type { PageStart } from "../transport/protocol.ts";
import { sessionLimits, TAIL_CREDIT } from "./protocol.ts";

const natural = z.int().min(0);
const log = logName.openapi({ description: "The log's name." });
const number = natural.openapi({ description: "The client's number for the tail." });

const start = z
  .union([
    natural,
    z.enum(["earliest", "tail"]),
    z.strictObject({ last: natural.min(1) }),
    z.strictObject({ time: natural }),
  ])
  .transform((from): PageStart => {
    if (typeof from === "number") return { at: "seq", seq: from };
    if (typeof from === "string") return { at: from };
    return "last" in from ? { at: "last", count: from.last } : { at: "time", timestamp: from.time };
  });

const append = z
  .strictObject({
    kind: z.literal("append"),
    id: natural.openapi({ description: "The client's number for it." }),
    log,
    records: z.array(recordInput).min(1).max(BATCH_RECORDS_MAX),
    expected_seq: natural.optional().openapi({ description: "Append only if this is the log's tail." }),
    fencing_token: fencingToken.optional(),
    producer: z
      .strictObject({ id: producerId, epoch: natural, seq: natural })
      .optional()
      .openapi({ description: "It happens exactly once." }),
    close: z
      .boolean()
      .default(false)
      .openapi({ description: "Seal the log with this batch, for ever.", default: false }),
  })
  .openapi("SessionAppend", { description: "An append, as over HTTP." });

const tail = z
  .strictObject({
    kind: z.literal("tail"),
    tail: number,
    log,
    from: start.default({ at: "tail" }).openapi({
      description:
        "Where to begin: a sequence number, `earliest`, `tail`, the last N records, or a time, ms since the epoch.",
      default: "tail",
    }),
    credit: natural.max(sessionLimits.credit).default(TAIL_CREDIT).openapi({
      description: "Bytes that may be sent.",
      default: TAIL_CREDIT,
    }),
  })
  .openapi("SessionTail", { description: "Follows a log." });

const credit = z
  .strictObject({ kind: z.literal("credit"), tail: number, bytes: natural.min(1) })
  .openapi("SessionCredit", { description: "Gives credit: so many more bytes may be sent." });
const untail = z
  .strictObject({ kind: z.literal("untail"), tail: number })
  .openapi("SessionUntail", { description: "Ends a tail." });
const ping = z
  .strictObject({ kind: z.literal("ping") })
  .openapi("SessionPing", { description: "Asks for a `pong`." });

/** A message of a client in a session. */
export const clientMessage = z
  .discriminatedUnion("kind", [append, tail, credit, untail, ping])
  .openapi("SessionClientMessage");

/** `sources`: the texts of the records' `json`. */
export type AppendMessage = z.output<typeof append> & { readonly sources: readonly (Source | null)[] };
export type TailMessage = z.output<typeof tail>;
type ClientMessage = Exclude<z.output<typeof clientMessage>, z.output<typeof append>> | AppendMessage;

/** The request, or the tail, that a message is about. */
export type Subject = { readonly id: number } | { readonly tail: number };

/** A request with a valid `id` or `tail`, but not valid otherwise. */
export interface InvalidMessage {
  readonly kind: "invalid";
  readonly subject: Subject;
  readonly problem: Problem;
}

/** The requests, which are answered in their order. */
export type RequestMessage = AppendMessage | TailMessage | z.output<typeof untail> | InvalidMessage;

/** The subject of an answer or an error. */
export function subjectOf(message: RequestMessage): Subject {
  switch (message.kind) {
    case "append":
      return { id: message.id };
    case "invalid":
      return message.subject;
    default:
      return { tail: message.tail };
  }
}

const request = z.union([
  z.object({ kind: z.literal("append"), id: natural }).transform(({ id }): Subject => ({ id })),
  z
    .object({ kind: z.literal("tail"), tail: natural })
    .transform((message): Subject => ({ tail: message.tail })),
]);

/** A client's message; null if its subject can't be told. */
export function parseMessage(text: string): ClientMessage | InvalidMessage | null {
  const value = jsonOf(text);
  const parsed = clientMessage.safeParse(value);
  if (parsed.success) return withSources(parsed.data, text);
  const subject = request.safeParse(value);
  if (!subject.success) return null;
  return { kind: "invalid", subject: subject.data, problem: invalidBody(parsed.error.issues) };
}

function withSources(message: z.output<typeof clientMessage>, text: string): ClientMessage {
  return message.kind === "append" ? { ...message, sources: batchSources(text) } : message;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
