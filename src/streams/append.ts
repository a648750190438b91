import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { authorize } from "../api/auth.ts";
import { carryOut } from "../api/carry-out.ts";
import type { Api, AppEnv } from "../api/context.ts";
import { Problem } from "../api/problem.ts";
import { producerHeaders, producerOf } from "../api/producer-headers.ts";
import { invalidRequest, validated } from "../api/validation.ts";
import { appendCommand } from "../log/commands.ts";
import type { AppendCommand, Batch, ProducerTuple, Refusal } from "../log/types.ts";
import { contentTypeOf } from "./content-type.ts";
import { asksToClose, endHeaders, progressHeaders } from "./headers.ts";
import { readMessages, toBatch, toRecords } from "./messages.ts";
import { streamName } from "./path.ts";
import { writeRefusal } from "./refusal.ts";
import { visitStreams } from "./request.ts";

const WRITER_SEQ_LENGTH_MAX = 255;

const appendHeaders = z.object({
  "stream-seq": z
    .string()
    .regex(/^[ -~]+$/, "must be printable ASCII")
    .max(WRITER_SEQ_LENGTH_MAX)
    .optional(),
  ...producerHeaders,
});

/** `POST`: appends, closes, or both at once (§5.2, §5.3). */
export async function append(c: Context<AppEnv>, api: Api): Promise<Response> {
  const name = streamName(c);
  await authorize(c, "append", name);
  const headers = validated(appendHeaders, "header", c.req.header());
  const producer = producerOf(headers);
  const body = await readMessages(c.req.raw);
  if (body.length === 0) return close(c, api, name, producer);
  const contentType = contentTypeOf(c.req.raw.headers);
  const writerSeq = headers["stream-seq"] ?? null;
  const closes = asksToClose(c);
  const batch = batchOf(body, contentType);
  const command = appendCommand(name, batch, { producer, contentType, writerSeq, closes });
  const { call, cluster } = await visitStreams(c, api);
  const outcome = await api.router.command(call, cluster, command);
  if (outcome.kind === "refused") return refused(c, outcome.refusal, command);
  if (outcome.kind !== "appended") throw new Error("an append had the outcome of something else");
  const { tail, duplicate, closed, producerSeq } = outcome;
  // A producer tells by the status whether its batch was new.
  const status = producer === null || duplicate ? 204 : 200;
  return c.body(null, status, { ...endHeaders(tail, closed), ...progressHeaders(producer, producerSeq) });
}

/** A retry is a success, even if retention has taken what the batch held. */
function refused(c: Context<AppEnv>, refusal: Refusal, command: AppendCommand): Response {
  if (refusal.reason !== "batch-trimmed") throw writeRefusal(refusal, command.name);
  const { tail, producerSeq } = refusal;
  return c.body(null, 204, { ...endHeaders(tail, false), ...progressHeaders(command.producer, producerSeq) });
}

function batchOf(body: Uint8Array, contentType: string | null): Batch {
  if (contentType === null) {
    throw invalidRequest("header", [{ path: ["Content-Type"], message: "is needed with a body" }]);
  }
  const batch = toBatch(toRecords(body, contentType));
  if (batch === null) throw new Problem("invalid-body", "The array is empty: there is nothing to append.");
  return batch;
}

/** An empty body may only close; what type it would have had does not matter. */
async function close(
  c: Context<AppEnv>,
  api: Api,
  name: string,
  producer: ProducerTuple | null,
): Promise<Response> {
  if (!asksToClose(c)) throw new Problem("invalid-body", "The body is empty.");
  const command = { kind: "close", name, producer } as const;
  const { tail, state } = await carryOut(await visitStreams(c, api), command, writeRefusal);
  return c.body(null, 204, { ...endHeaders(tail, state.closed), ...progressHeaders(producer, null) });
}
