import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { batchInput, batchOf, readBatch } from "../../http/append-body.ts";
import { appendedJson, appendOutput } from "../../http/append-output.ts";
import type { AppEnv } from "../../http/env.ts";
import { mediaTypes } from "../../http/media-type.ts";
import { errorResponses } from "../../http/openapi.ts";
import { deadlineQuery, fencingToken, naturalParameter } from "../../http/parameters.ts";
import { producerHeaders, producerOf } from "../../http/producer-headers.ts";
import { recordInput } from "../../http/record-input.ts";
import { serve } from "../../http/route.ts";
import type { Scope } from "../../http/scope.ts";
import { invalidRequest } from "../../http/validation.ts";
import { appendCommand } from "../../log/commands.ts";
import { carryOut } from "../../routing/carry-out.ts";
import type { Api } from "../../routing/context.ts";
import { visit } from "../../routing/visit.ts";

const appendQuery = z.strictObject({
  ...deadlineQuery,
  expected_seq: naturalParameter()
    .optional()
    .openapi({ description: "Append only if this is the log's tail." }),
  fencing_token: fencingToken
    .optional()
    .openapi({ description: "Append only if this is the log's fencing token." }),
  close: z
    .enum(["true", "false"])
    .default("false")
    .openapi({ description: "Seal the log with this batch, for ever.", default: "false" }),
});

const appendHeaders = z.object({
  "if-match": z
    .string()
    .regex(/^"(0|[1-9][0-9]{0,15})"$/, "must be one tail token: the ETag of the log")
    .transform((token) => Number(token.slice(1, -1)))
    .refine(Number.isSafeInteger, "must be at most 2^53 - 1")
    .optional()
    .openapi({ type: "string", description: "The same condition as `expected_seq`: the log's `ETag`." }),
  ...producerHeaders,
});

/** `POST …/logs/{log}/records`. */
export function appendRoute(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  serve(
    app,
    {
      method: "post",
      path: `${scope.base}/logs/{log}/records`,
      operationId: `appendRecords${scope.suffix}`,
      summary: "Append records, all or none",
      tags: ["records"],
      allows: "append",
      params: scope.logParams,
      query: appendQuery,
      headers: appendHeaders,
      content: {
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
      responses: {
        200: {
          description: "The records are committed.",
          content: { "application/json": { schema: appendOutput } },
        },
        ...errorResponses,
      },
    },
    async (c, { params: { log: name }, query, headers }) => {
      const conditions = conditionsOf(query, headers);
      const { contentType, ...batch } = batchOf(await readBatch(c.req.raw));
      const command = appendCommand(name, batch, { ...conditions, contentType });
      return c.json(appendedJson(await carryOut(await visit(c, api, query.timeout_ms), command)));
    },
  );
}

function conditionsOf(query: z.infer<typeof appendQuery>, headers: z.infer<typeof appendHeaders>) {
  return {
    expectedSeq: expectedSeq(query, headers),
    producer: producerOf(headers),
    fencingToken: query.fencing_token ?? null,
    closes: query.close === "true",
  };
}

function expectedSeq(
  query: z.infer<typeof appendQuery>,
  headers: z.infer<typeof appendHeaders>,
): number | null {
  const token = headers["if-match"];
  if (token !== undefined && query.expected_seq !== undefined) {
    throw invalidRequest("header", [
      { path: ["if-match"], message: "has the same meaning as expected_seq: give one" },
    ]);
  }
  return query.expected_seq ?? token ?? null;
}
