import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { authorize } from "../http/auth.ts";
import type { AppEnv } from "../http/env.ts";
import { errorResponses, problemContent } from "../http/openapi.ts";
import { Problem } from "../http/problem.ts";
import { producerHeaders, producerOf } from "../http/producer-headers.ts";
import { invalidRequest, validated } from "../http/validation.ts";
import { appendCommand } from "../log/commands.ts";
import type { Refusal } from "../log/outcome.ts";
import type { AppendCommand, Batch, ProducerTuple } from "../log/types.ts";
import { carryOut } from "../routing/carry-out.ts";
import type { Api } from "../routing/context.ts";
import { contentTypeOf } from "./content-type.ts";
import { headersTold } from "./header-docs.ts";
import { closingHeader, endHeaders, progressHeaders } from "./headers.ts";
import { messageDocs } from "./message-docs.ts";
import { readMessages, toBatch, toRecords } from "./messages.ts";
import { streamName, streamParams } from "./path.ts";
import { writeRefusal } from "./refusal.ts";
import { visitStreams } from "./request.ts";
import type { Route } from "./route.ts";

const WRITER_SEQ_LENGTH_MAX = 255;

const appendHeaders = z.object({
  "stream-seq": z
    .string()
    .regex(/^[ -~]+$/, "must be printable ASCII")
    .max(WRITER_SEQ_LENGTH_MAX)
    .optional()
    .openapi({ description: "Must be greater than in every append before, compared as text." }),
  "stream-closed": closingHeader,
  ...producerHeaders,
});

const progress = ["Stream-Next-Offset", "Stream-Closed", "Producer-Epoch", "Producer-Seq"] as const;

export const appendRoute: Route = {
  method: "post",
  path: "/stream/{path}",
  operationId: "appendToStream",
  summary: "Append to a stream, close it, or both at once",
  description: "All messages or none. Without a body it only closes the stream.",
  tags: ["streams"],
  params: streamParams,
  headers: appendHeaders,
  content: { content: messageDocs.given },
  responses: {
    200: { description: "A producer's batch is committed.", headers: headersTold(...progress) },
    204: {
      description: "It is committed, or was committed before (a producer's retry).",
      headers: headersTold(...progress),
    },
    403: {
      description: "Not allowed; or a newer epoch of the producer has appended.",
      headers: headersTold("Producer-Epoch"),
      content: problemContent,
    },
    409: {
      description:
        "The stream is closed, or has another type; a batch of the producer is missing; or the writer's sequence does not grow.",
      headers: headersTold(
        "Stream-Closed",
        "Stream-Next-Offset",
        "Producer-Expected-Seq",
        "Producer-Received-Seq",
      ),
      content: problemContent,
    },
    ...errorResponses,
  },
};

/** `POST`: appends, closes, or both at once (§5.2, §5.3). */
export async function append(c: Context<AppEnv>, api: Api): Promise<Response> {
  const name = streamName(c);
  await authorize(c, "append", name);
  const headers = validated(appendHeaders, "header", c.req.header());
  const producer = producerOf(headers);
  const body = await readMessages(c.req.raw);
  const { "stream-closed": closes, "stream-seq": writerSeq = null } = headers;
  if (body.length === 0) {
    // An empty body has no type.
    if (closes) return close(c, api, name, producer);
    throw new Problem("invalid-body", "The body is empty.");
  }
  const contentType = contentTypeOf(c.req.raw.headers);
  const batch = batchOf(body, contentType);
  const command = appendCommand(name, batch, { producer, contentType, writerSeq, closes });
  const { call, cluster } = await visitStreams(c, api);
  const outcome = await api.router.command(call, cluster, command);
  if (outcome.kind === "refused") return refused(c, outcome.refusal, command);
  const { tail, duplicate, closed, producerSeq } = outcome;
  // The status tells a producer whether its batch was new.
  const status = producer === null || duplicate ? 204 : 200;
  return c.body(null, status, { ...endHeaders(tail, closed), ...progressHeaders(producer, producerSeq) });
}

/** A retry succeeds even if retention has removed the batch's records. */
function refused(c: Context<AppEnv>, refusal: Refusal, command: AppendCommand): Response {
  if (refusal.reason !== "batch-trimmed") throw writeRefusal(refusal, command.name);
  const { tail, closed, producerSeq } = refusal;
  return c.body(null, 204, {
    ...endHeaders(tail, closed),
    ...progressHeaders(command.producer, producerSeq),
  });
}

function batchOf(body: Uint8Array, contentType: string | null): Batch {
  if (contentType === null) {
    throw invalidRequest("header", [{ path: ["Content-Type"], message: "is needed with a body" }]);
  }
  const batch = toBatch(toRecords(body, contentType));
  if (batch === null) throw new Problem("invalid-body", "The array is empty: there is nothing to append.");
  return batch;
}

async function close(
  c: Context<AppEnv>,
  api: Api,
  name: string,
  producer: ProducerTuple | null,
): Promise<Response> {
  const command = { kind: "close", name, producer } as const;
  const { tail, state } = await carryOut(await visitStreams(c, api), command, writeRefusal);
  return c.body(null, 204, { ...endHeaders(tail, state.closed), ...progressHeaders(producer, null) });
}
