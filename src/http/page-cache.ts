import type { LogId } from "../log/types.ts";
import type { Page, PageStart } from "../transport/protocol.ts";
import { bareTag, entityTags } from "./entity-tags.ts";
import type { PageFormat } from "./media-type.ts";

/** The parts of a request that decide the records of a page and their form. */
export interface AskedPage {
  readonly from: PageStart;
  readonly limit: number;
  readonly max_bytes: number;
  readonly until?: number | undefined;
  readonly format: PageFormat;
}

/** Whether a page never changes: it begins at a sequence number and ends, full, before the tail. */
export function isSettled({ from }: AskedPage, { next, tail }: Page): boolean {
  return from.at === "seq" && next < tail;
}

/**
 * The headers of a page that never changes, and of a 304 for it. `private`, because a shared cache would serve it to
 * clients without a token, or with a token for other logs. `Vary` separates formats and tokens.
 */
export function keptHeaders(asked: AskedPage, log: LogId): Readonly<Record<string, string>> {
  return {
    "Cache-Control": "private, max-age=31536000, immutable",
    Vary: "Accept, Authorization",
    ETag: tagOf(asked, log),
  };
}

/** The tag of `If-None-Match` (RFC 9110 §13.1.2) that this question's page would have; null: none of them. */
export function keptTag(asked: AskedPage, ifNoneMatch: string): string | null {
  return entityTags(ifNoneMatch).find((tag) => tag.endsWith(`.${question(asked)}"`)) ?? null;
}

/** Whether `tag` belongs to this life of the log. */
export function isOf(tag: string, asked: AskedPage, log: LogId): boolean {
  return tag === bareTag(tagOf(asked, log));
}

/**
 * The life of the log, because another life has other records, and the whole question. Weak for JSON, which also has
 * the log's present tail (RFC 9110 §8.8.1). In the other formats every byte is the same.
 */
function tagOf(asked: AskedPage, log: LogId): string {
  const tag = `"${log}.${question(asked)}"`;
  return asked.format === "json" ? `W/${tag}` : tag;
}

function question({ from, limit, max_bytes, until, format }: AskedPage): string {
  const seq = from.at === "seq" ? from.seq : from.at;
  return [seq, until ?? "", limit, max_bytes, format].join(".");
}
