import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Page, PageQuery } from "../transport/protocol.ts";
import { permit } from "./auth.ts";
import { type Api, type AppEnv, callOf } from "./context.ts";
import { eventStream, ROUND_WAIT_MS } from "./event-stream.ts";
import { mediaTypes, negotiate } from "./media-type.ts";
import { errorResponses, pageHeaderDocs, rawHeaderDocs } from "./openapi.ts";
import { PageReader } from "./page-reader.ts";
import { pageHeaders, pageResponse } from "./page-response.ts";
import { consistencyQuery, naturalParameter } from "./parameters.ts";
import type { Problem } from "./problem.ts";
import { recordOutput } from "./record-output.ts";
import { clusterInPath, type Scope } from "./scope.ts";
import { invalidRequest } from "./validation.ts";

/** Records of a page, unless the request says how many. */
const limitDefault = 1_000;

const fromPattern = /^(earliest|tail|0|-?[1-9][0-9]*)$/;

const fromParameter = z
  .string()
  .regex(fromPattern, "must be a sequence number, earliest, tail or -N")
  .refine(
    (from) => Number.isNaN(Number(from)) || Number.isSafeInteger(Number(from)),
    "must be at most 2^53 - 1",
  )
  .openapi({
    description:
      "Where to begin: a sequence number, `earliest`, `tail` (the next record), or `-N` (the last N records).",
  });

const readQuery = z.strictObject({
  ...consistencyQuery,
  from: fromParameter.default("earliest"),
  limit: naturalParameter(1, 10_000)
    .optional()
    .openapi({ description: "Records, at most; 1000 by default, 1 of raw bytes." }),
  max_bytes: naturalParameter(1, 4_194_304).default(1_048_576).openapi({
    description: "Stored bytes, at most, in whole batches; there is always one batch.",
    default: 1_048_576,
  }),
  wait: naturalParameter(0, 30_000).default(0).openapi({
    description:
      "If there is nothing to read yet, wait this long for it, ms (long poll). Of events: between signs of life.",
    default: 0,
  }),
});

const readHeaders = z.object({
  "last-event-id": z
    .string()
    .optional()
    .openapi({ description: "Of events: the id of the last one that arrived; the stream goes on after it." }),
});

type ReadQuery = z.infer<typeof readQuery>;

const pageOutput = z
  .object({
    records: z.array(recordOutput),
    next: z.int().min(0).openapi({ description: "Where to read on." }),
    tail: z.int().min(0).openapi({ description: "The log's next sequence number." }),
    complete: z.boolean().openapi({ description: "False where a limit cut the page short of the tail." }),
  })
  .openapi("Page");

/** `GET …/logs/{log}/records`. */
export function readRoutes(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  const route = createRoute({
    method: "get",
    path: `${scope.base}/logs/{log}/records`,
    operationId: `readRecords${scope.suffix}`,
    summary: "Read records",
    tags: ["records"],
    middleware: permit("read"),
    request: { params: scope.logParams, query: readQuery, headers: readHeaders },
    responses: {
      200: {
        description: "Records, in the format that `Accept` asks for.",
        headers: { ...pageHeaderDocs, ...rawHeaderDocs },
        content: {
          [mediaTypes.json]: { schema: pageOutput },
          [mediaTypes.ndjson]: { schema: recordOutput.openapi({ description: "One a line." }) },
          [mediaTypes.raw]: {
            schema: { type: "string", format: "binary", description: "The bytes of one record." },
          },
          [mediaTypes.framed]: {
            schema: {
              type: "string",
              format: "binary",
              description: "Of each record its length (4 bytes, big-endian) and its bytes.",
            },
          },
          [mediaTypes.events]: {
            schema: {
              type: "string",
              description:
                "Events `record`; the log is followed. The stream ends itself now and then: connect again.",
            },
          },
        },
      },
      204: { description: "Raw bytes were asked for, and there is no record yet.", headers: pageHeaderDocs },
      ...errorResponses,
    },
  });
  app.openapi(route, (c) => read(c, api, c.req.valid("param").log, c.req.valid("query")));
}

async function read(c: Context<AppEnv>, api: Api, log: string, query: ReadQuery): Promise<Response> {
  const format = negotiate(c);
  const limit = query.limit ?? (format === "raw" ? 1 : limitDefault);
  if (format === "raw" && limit !== 1) throw limitOfRaw();
  const from = startOf(format === "events" ? (lastEventId(c) ?? query.from) : query.from);
  const cluster = await clusterInPath(c, api, callOf(c, api.world, query.timeout_ms));
  const reader = new PageReader(c, api, cluster, log, { ...query, limit });
  if (format === "events") {
    const first = await reader.page(from, 0);
    const rest = (seq: number): Promise<Page> => reader.follow(seq, query.wait || ROUND_WAIT_MS);
    const headers = pageHeaders(first.page, first.index);
    headers.set("Content-Type", mediaTypes.events);
    return new Response(eventStream(first.page, rest), { headers });
  }
  const { page, index } = await reader.page(from, query.wait);
  return pageResponse(format, page, index);
}

function startOf(from: string): PageQuery["from"] {
  if (from === "earliest" || from === "tail") return { at: from };
  return from.startsWith("-") ? { at: "last", count: -Number(from) } : { at: "seq", seq: Number(from) };
}

/** Where an event stream that broke goes on (HTML Standard §9.2.4). */
function lastEventId(c: Context): string | null {
  const id = c.req.header("Last-Event-ID");
  if (id === undefined || id === "") return null;
  if (/^(0|[1-9][0-9]*)$/.test(id) && Number.isSafeInteger(Number(id))) return id;
  throw invalidRequest("header", [{ path: ["Last-Event-ID"], message: "must be an id that an event had" }]);
}

function limitOfRaw(): Problem {
  const message = `is 1 for raw bytes; for more, accept ${mediaTypes.framed}`;
  return invalidRequest("query", [{ path: ["limit"], message }]);
}
