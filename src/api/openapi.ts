import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "./context.ts";
import { problemOutput } from "./problem-output.ts";

const version = "0.1.0";

/** The body of a problem. */
export const problemContent = { "application/problem+json": { schema: problemOutput } };

/** Every route may answer with a problem. */
export const errorResponses = {
  default: {
    description: "A problem (RFC 9457); GET /problems lists all.",
    content: problemContent,
  },
};

const integer = { schema: { type: "integer" as const } };
const boolean = { schema: { type: "boolean" as const } };
const string = { schema: { type: "string" as const } };

/** The headers of a page, in every format. */
export const pageHeaderDocs = {
  "Timberline-Index": {
    description: "The committed index that the page is true of; usable as `min_index`.",
    ...integer,
  },
  "Timberline-Next": { description: "Where to read on.", ...integer },
  "Timberline-Tail": { description: "The log's next sequence number.", ...integer },
  "Timberline-Complete": { description: "False where a limit cut the page short.", ...boolean },
  "Timberline-Closed": { description: "The log is closed, and ends here.", ...boolean },
};

/** The headers of a page that may be kept. */
export const keptHeaderDocs = {
  ETag: { description: "Of a page that never changes, for `If-None-Match`.", ...string },
  "Cache-Control": { description: "`immutable` for a page that never changes.", ...string },
};

/** The headers of raw bytes, beside those of a page. */
export const rawHeaderDocs = {
  "Timberline-Seq": { description: "Of raw bytes: the record's sequence number.", ...integer },
  "Timberline-Timestamp": { description: "Of raw bytes: the record's time, ms since the epoch.", ...integer },
};

const documentConfig = {
  openapi: "3.1.0",
  info: {
    title: "Timberline",
    version,
    description: "A replicated log on the edge. Paths without a cluster mean the cluster `main`.",
    license: { name: "MIT", url: "https://spdx.org/licenses/MIT.html" },
  },
  security: [{ bearer: [] }],
};

/** `GET /openapi.json`, from the schemas that validate. */
export function openapiRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    description:
      "The admin token, or a JWT (HS256) with the claims `actions`, `prefix` and, but for `main`, `cluster`.",
  });
  // Made once, on first use: all routes are registered by then, and the route is open to all.
  let document: string | null = null;
  app.get("/openapi.json", (c) => {
    document ??= JSON.stringify(app.getOpenAPI31Document(documentConfig));
    return c.body(document, 200, { "Content-Type": "application/json" });
  });
}
