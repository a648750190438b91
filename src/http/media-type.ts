import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { Problem } from "./problem.ts";

/** The media types in which records can be read. */
export const mediaTypes = {
  json: "application/json",
  ndjson: "application/x-ndjson",
  raw: "application/octet-stream",
  framed: "application/vnd.timberline.records",
  events: "text/event-stream",
} as const;

export type ReadFormat = keyof typeof mediaTypes;

/** A format of a page. */
export type PageFormat = Exclude<ReadFormat, "events">;

/** A media range of `Accept`. */
interface Wish {
  readonly type: string;
  readonly q: number;
}

const formats = Object.keys(mediaTypes) as ReadFormat[];

/** The longest media type that a log can have, characters. */
export const MEDIA_TYPE_LENGTH_MAX = 255;

/** A media type without parameters (RFC 9110 §8.3.1): two tokens. */
export const mediaTypePattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+\/[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Whether `essence` is a media type without parameters that a log can have. */
export function isMediaType(essence: string): boolean {
  return essence.length <= MEDIA_TYPE_LENGTH_MAX && mediaTypePattern.test(essence);
}

/** A media type without its parameters, in lower case, and its charset, if it names one. */
export function parseMediaType(header: string | null): {
  readonly essence: string;
  readonly charset: string | null;
} {
  const [essence = "", ...parameters] = (header ?? "").toLowerCase().split(";");
  const charset = parameters
    .map((parameter) => /^\s*charset\s*=\s*"?([^\s"]+)"?\s*$/.exec(parameter)?.[1])
    .find(Boolean);
  return { essence: essence.trim(), charset: charset ?? null };
}

/** The format that `Accept` prefers (RFC 9110 §12.5.1); JSON if it has no preference. Throws `not-acceptable`. */
export function negotiate(c: Context): ReadFormat {
  const format = preferred(c);
  if (format !== undefined) return format;
  const available = Object.values(mediaTypes);
  throw new Problem("not-acceptable", `Records are given as ${available.join(", ")}.`, {
    members: { available },
  });
}

/** Whether `Accept` prefers an event stream. */
export function prefersEvents(c: Context): boolean {
  return preferred(c) === "events";
}

function preferred(c: Context): ReadFormat | undefined {
  const chosen = accepts(c, {
    header: "Accept",
    supports: formats,
    default: "json",
    match: (wishes) => best(wishes) ?? "",
  });
  return formats.find((candidate) => candidate === chosen);
}

function best(wishes: readonly Wish[]): ReadFormat | undefined {
  const rated = formats.map((format) => ({ format, q: quality(mediaTypes[format], wishes) }));
  const top = Math.max(...rated.map(({ q }) => q));
  return top > 0 ? rated.find(({ q }) => q === top)?.format : undefined;
}

/** The weight of a type: that of the most specific range that matches. */
function quality(type: string, wishes: readonly Wish[]): number {
  const [main] = type.split("/");
  // An endless event stream only if the client asks for exactly that.
  const ranges = type === mediaTypes.events ? [type] : [type, `${main}/*`, "*/*"];
  const match = ranges.map((range) => wishes.find((wish) => wish.type.toLowerCase() === range)).find(Boolean);
  return match?.q ?? 0;
}
