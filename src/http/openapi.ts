import { problemOutput } from "./problem-output.ts";

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
    description: "The committed index as of which the page is true; usable as `min_index`.",
    ...integer,
  },
  "Timberline-Next": { description: "Where the next page begins.", ...integer },
  "Timberline-Tail": { description: "The log's next sequence number.", ...integer },
  "Timberline-Complete": { description: "False if a limit cut the page.", ...boolean },
  "Timberline-Closed": { description: "The log is closed, and ends here.", ...boolean },
};

/** The headers of a page that can be cached. */
export const keptHeaderDocs = {
  ETag: { description: "Of a page that never changes, for `If-None-Match`.", ...string },
  "Cache-Control": { description: "`immutable` for a page that never changes.", ...string },
};

/** The headers of raw bytes, beside those of a page. */
export const rawHeaderDocs = {
  "Timberline-Seq": { description: "Of raw bytes: the record's sequence number.", ...integer },
  "Timberline-Timestamp": { description: "Of raw bytes: the record's time, ms since the epoch.", ...integer },
};
