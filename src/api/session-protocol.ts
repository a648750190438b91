import { z } from "@hono/zod-openapi";
import { BATCH_RECORDS_MAX } from "../log/limits.ts";
import type { PageStart } from "../transport/protocol.ts";
import { fencingToken, logName } from "./parameters.ts";
import type { Problem } from "./problem.ts";
import { producerId } from "./producer-headers.ts";
import { recordInput } from "./record-input.ts";
import { invalidBody } from "./validation.ts";

/** The version of what is said, as `Sec-WebSocket-Protocol` (RFC 6455 §1.9). */
export const SESSION_PROTOCOL = "timberline.v1";

/** What a session may have under way, and how long a message may be. */
export const sessionLimits = {
  /** Requests that are not answered yet. */
  requests: 64,
  /** Characters of their messages. */
  characters: 8_388_608,
  /** Characters of one message. */
  messageCharacters: 2_097_152,
  tails: 32,
  /** Credit of a tail, bytes. */
  credit: 1_048_576,
} as const;

/** The credit that a tail begins with where its client has not said another, bytes. */
export const TAIL_CREDIT = 65_536;

/** Codes of RFC 6455 §7.4.1, and from 4000 on our own. */
export const closeCodes = {
  /** The log is closed, and all of it was sent. */
  closed: 1000,
  unsupported: 1003,
  malformed: 1007,
  /** The token expired, or the client did not keep to a limit. */
  policy: 1008,
  tooBig: 1009,
  unreadable: 1011,
  /** The node was removed from its cluster. */
  moved: 1012,
  dropped: 4000,
  trimmed: 4001,
  deleted: 4002,
} as const;

const natural = z.int().min(0);

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

const append = z.strictObject({
  kind: z.literal("append"),
  id: natural,
  log: logName,
  records: z.array(recordInput).min(1).max(BATCH_RECORDS_MAX),
  expected_seq: natural.optional(),
  fencing_token: fencingToken.optional(),
  producer: z.strictObject({ id: producerId, epoch: natural, seq: natural }).optional(),
  close: z.boolean().default(false),
});

const tail = z.strictObject({
  kind: z.literal("tail"),
  tail: natural,
  log: logName,
  from: start.default({ at: "tail" }),
  credit: natural.max(sessionLimits.credit).default(TAIL_CREDIT),
});

const credit = z.strictObject({ kind: z.literal("credit"), tail: natural, bytes: natural.min(1) });
const untail = z.strictObject({ kind: z.literal("untail"), tail: natural });
const ping = z.strictObject({ kind: z.literal("ping") });

const clientMessage = z.discriminatedUnion("kind", [append, tail, credit, untail, ping]);

export type AppendMessage = z.output<typeof append>;
export type TailMessage = z.output<typeof tail>;
type ClientMessage = z.output<typeof clientMessage>;

/** Which request, or which tail, something is said of. */
export type Subject = { readonly id: number } | { readonly tail: number };

/** A request that can be named and not be understood. */
export interface InvalidMessage {
  readonly kind: "invalid";
  readonly subject: Subject;
  readonly problem: Problem;
}

/** What is answered, in its turn. */
export type RequestMessage = AppendMessage | TailMessage | z.output<typeof untail> | InvalidMessage;

/** What an answer, or an error, is about. */
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
    .transform(({ tail: number }): Subject => ({ tail: number })),
]);

/** What a client says; null where nobody can tell what it is about. */
export function parseMessage(text: string): ClientMessage | InvalidMessage | null {
  const value = jsonOf(text);
  const parsed = clientMessage.safeParse(value);
  if (parsed.success) return parsed.data;
  const subject = request.safeParse(value);
  if (!subject.success) return null;
  return { kind: "invalid", subject: subject.data, problem: invalidBody(parsed.error.issues) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
