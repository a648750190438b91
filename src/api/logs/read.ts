import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { authorize, type Grant } from "../../http/auth.ts";
import { credentialOfFollower } from "../../http/credential.ts";
import type { AppEnv } from "../../http/env.ts";
import { mediaTypes, negotiate, prefersEvents } from "../../http/media-type.ts";
import { errorResponses, keptHeaderDocs, pageHeaderDocs, rawHeaderDocs } from "../../http/openapi.ts";
import { pageResponse } from "../../http/page-response.ts";
import type { Problem } from "../../http/problem.ts";
import { type ReadQuery, readHeaders, readQuery } from "../../http/read-parameters.ts";
import { recordOutput } from "../../http/record-output.ts";
import { serve } from "../../http/route.ts";
import type { Scope } from "../../http/scope.ts";
import { invalidRequest } from "../../http/validation.ts";
import type { Api } from "../../routing/context.ts";
import { PageReader } from "../../routing/page-reader.ts";
import { visit } from "../../routing/visit.ts";
import { followByEvents, followBySocket } from "./follow.ts";
import { messageDocs } from "./message-docs.ts";
import { readingForm } from "./reading-form.ts";
import { revalidated } from "./revalidate.ts";

/** Records of a page, by default. */
const limitDefault = 1_000;

const pageOutput = z
  .object({
    records: z.array(recordOutput),
    next: z.int().min(0).openapi({ description: "Where the next page begins." }),
    tail: z
      .int()
      .min(0)
      .openapi({ description: "The log's next sequence number; in a cached page, at that time." }),
    complete: z.boolean().openapi({ description: "False if a limit cut the page." }),
    closed: z.boolean().openapi({ description: "The log is closed, and ends here: nothing follows `next`." }),
  })
  .openapi("Page");

const binary = (description: string) => ({
  schema: { type: "string" as const, format: "binary", description },
});

/** `GET …/logs/{log}/records`. */
export function readRoute(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  const operation = {
    method: "get" as const,
    path: `${scope.base}/logs/{log}/records`,
    operationId: `readRecords${scope.suffix}`,
    summary: "Read records",
    description:
      "A page that begins at a sequence number, and that a limit or `until` ends before the tail, never changes: it has an `ETag` and can be cached. A cache may keep it after the records are trimmed or the log is deleted.",
    tags: ["records"],
    allows: authorizeReader,
    params: scope.logParams,
    query: readQuery,
    headers: readHeaders,
    responses: {
      101: { description: `With \`Upgrade: websocket\`: the log is followed, as tail 0. ${messageDocs}` },
      200: {
        description: "Records, in the format that `Accept` asks for.",
        headers: { ...pageHeaderDocs, ...keptHeaderDocs, ...rawHeaderDocs },
        content: {
          [mediaTypes.json]: { schema: pageOutput },
          [mediaTypes.ndjson]: { schema: recordOutput.openapi({ description: "One a line." }) },
          [mediaTypes.raw]: binary("The bytes of one record."),
          [mediaTypes.framed]: binary("For each record its length (4 bytes, big-endian) and its bytes."),
          [mediaTypes.events]: {
            schema: {
              type: "string" as const,
              description:
                "Events `record`; the log is followed. An event `closed`, `deleted` or `trimmed` is the last one; connect again to a stream that ends without one.",
            },
          },
        },
      },
      204: {
        description:
          "There is no record yet, for raw bytes; or the reader has seen all events of a closed log.",
        headers: pageHeaderDocs,
      },
      304: { description: "The cached page is still valid.", headers: keptHeaderDocs },
      ...errorResponses,
    },
  };
  serve(app, operation, (c, { params, query, grant }) => read(c, api, params.log, query, grant));
}

/** A request that follows the log may have a browser's token. */
function authorizeReader(c: Context<AppEnv>): Promise<Grant> {
  return authorize(c, "read", c.req.param("log") ?? "", credentialOfFollower(c, prefersEvents(c)));
}

async function read(
  c: Context<AppEnv>,
  api: Api,
  log: string,
  query: ReadQuery,
  { expiresAt }: Grant,
): Promise<Response> {
  const asked = readingForm(c, negotiate(c));
  const limit = query.limit ?? (asked.format === "raw" ? 1 : limitDefault);
  if (asked.format === "raw" && limit !== 1) throw limitOfRaw();
  const at = await visit(c, api, query.timeout_ms);
  const reader = new PageReader(c, api, at.cluster, log, { ...query, limit });
  if (asked.form !== "page") {
    const followed = { c, at, log, reader, query, expiresAt };
    return asked.form === "socket" ? followBySocket(followed) : followByEvents(followed);
  }
  const wanted = { ...query, limit, format: asked.format };
  const kept = await revalidated(at, log, wanted, query, c.req.header("If-None-Match") ?? "");
  if (kept !== null) return kept;
  const { page, index } = await reader.page(query.from, query.wait);
  return pageResponse(wanted, page, index);
}

function limitOfRaw(): Problem {
  const message = `is 1 for raw bytes; for more, accept ${mediaTypes.framed}`;
  return invalidRequest("query", [{ path: ["limit"], message }]);
}
