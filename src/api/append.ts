import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { PRODUCER_ID_LENGTH_MAX } from "../log/limits.ts";
import { encodeRecords } from "../log/records.ts";
import type { Appended, ProducerTuple } from "../log/types.ts";
import { batchInput, readBatch } from "./append-body.ts";
import { authorize } from "./auth.ts";
import { type Api, type AppEnv, callOf } from "./context.ts";
import { mediaTypes } from "./media-type.ts";
import { errorResponses } from "./openapi.ts";
import { deadlineQuery, naturalParameter } from "./parameters.ts";
import { recordInput } from "./record-input.ts";
import { refusalProblem } from "./refusal.ts";
import { clusterInPath, type Scope } from "./scope.ts";
import { invalidRequest, queryOf, validated } from "./validation.ts";

const appendQuery = z.strictObject({
  ...deadlineQuery,
  expected_seq: naturalParameter()
    .optional()
    .openapi({ description: "Append only if this is the log's tail." }),
});

const appendHeaders = z.object({
  "if-match": z
    .string()
    .regex(/^"(0|[1-9][0-9]{0,15})"$/, "must be one tail token: the ETag of the log")
    .transform((token) => Number(token.slice(1, -1)))
    .refine(Number.isSafeInteger, "must be at most 2^53 - 1")
    .optional()
    .openapi({ type: "string", description: "The same condition as `expected_seq`: the log's `ETag`." }),
  "producer-id": z
    .string()
    .regex(/^[!-+\--~]+$/, "must be visible ASCII without a comma")
    .max(PRODUCER_ID_LENGTH_MAX)
    .optional()
    .openapi({ description: "With `Producer-Epoch` and `Producer-Seq`: the batch is stored exactly once." }),
  "producer-epoch": naturalParameter()
    .optional()
    .openapi({ description: "A new incarnation of the producer takes a higher one." }),
  "producer-seq": naturalParameter()
    .optional()
    .openapi({ description: "Counts the producer's batches from 0 within an epoch." }),
});

const appendOutput = z
  .object({
    start: z.int().min(0).openapi({ description: "The first record's sequence number." }),
    end: z.int().min(0).openapi({ description: "One after the last record's." }),
    tail: z.int().min(0).openapi({ description: "The next sequence number right after this append." }),
    index: z.int().min(1).openapi({ description: "A read with this `min_index` sees the records." }),
    term: z.int().min(1),
    timestamp: z.int(),
    duplicate: z.boolean().openapi({ description: "The batch was there already: these are its positions." }),
  })
  .openapi("Appended");

/** `POST …/logs/{log}/records`. Registered by hand: a body of records is looked at once, and not cloned. */
export function appendRoutes(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  const route = createRoute({
    method: "post",
    path: `${scope.base}/logs/{log}/records`,
    operationId: `appendRecords${scope.suffix}`,
    summary: "Append records, all or none",
    tags: ["records"],
    request: {
      params: scope.logParams,
      query: appendQuery,
      headers: appendHeaders,
      body: {
        required: true,
        content: {
          [mediaTypes.json]: { schema: batchInput },
          [mediaTypes.ndjson]: { schema: recordInput.openapi({ description: "One a line." }) },
          "*/*": {
            schema: {
              type: "string",
              format: "binary",
              description: "Any other type: the body is one record.",
            },
          },
        },
      },
    },
    responses: {
      200: {
        description: "The records are committed.",
        content: { "application/json": { schema: appendOutput } },
      },
      ...errorResponses,
    },
  });
  app.openAPIRegistry.registerPath(route);
  app.post(route.getRoutingPath(), (c) => append(c, api, scope));
}

async function append(c: Context<AppEnv>, api: Api, scope: Scope): Promise<Response> {
  const params = c.req.param();
  await authorize(c, "append", params.log ?? "");
  const { log: name } = validated(scope.logParams, "path", params);
  const query = validated(appendQuery, "query", queryOf(c));
  const headers = validated(appendHeaders, "header", c.req.header());
  const condition = { expectedSeq: expectedSeq(query, headers), producer: producerOf(headers) };
  const batch = await readBatch(c.req.raw);
  const call = callOf(c, api.world, query.timeout_ms);
  const cluster = await clusterInPath(c, api, call);
  const records = encodeRecords(batch);
  const command = { kind: "append", name, count: batch.length, records, ...condition } as const;
  const outcome = await api.router.command(call, cluster, command);
  if (outcome.kind === "refused") throw refusalProblem(outcome.refusal, name);
  if (outcome.kind !== "appended") throw new Error("an append had the outcome of something else");
  return c.json(outputOf(outcome));
}

function outputOf({
  start,
  end,
  tail,
  index,
  term,
  timestamp,
  duplicate,
}: Appended): z.infer<typeof appendOutput> {
  return { start, end, tail, index, term, timestamp, duplicate };
}

function expectedSeq(
  query: z.infer<typeof appendQuery>,
  headers: z.infer<typeof appendHeaders>,
): number | null {
  const token = headers["if-match"];
  if (token !== undefined && query.expected_seq !== undefined) {
    throw invalidRequest("header", [
      { path: ["if-match"], message: "says the same as expected_seq: give one" },
    ]);
  }
  return query.expected_seq ?? token ?? null;
}

function producerOf(headers: z.infer<typeof appendHeaders>): ProducerTuple | null {
  const { "producer-id": id, "producer-epoch": epoch, "producer-seq": seq } = headers;
  if (id === undefined && epoch === undefined && seq === undefined) return null;
  if (id !== undefined && epoch !== undefined && seq !== undefined) return { id, epoch, seq };
  const message = "needs Producer-Id, Producer-Epoch and Producer-Seq together";
  throw invalidRequest("header", [{ path: [id === undefined ? "producer-id" : "producer-epoch"], message }]);
}
