import { entityTags } from "../http/entity-tags.ts";
import { isEnd } from "../transport/page.ts";
import type { Page } from "../transport/protocol.ts";

/**
 * The entity tag of a page (§10.1): the life of the stream, the records, the byte in the first one, and whether they
 * are the last for now or for ever, because the headers say that too.
 */
export function etagOf(page: Page, byte = 0): string {
  const from = byte === 0 ? page.from : `${page.from}.${byte}`;
  const end = isEnd(page) ? ":c" : page.complete ? ":t" : "";
  return `"${page.log}:${from}:${page.next}${end}"`;
}

/** Whether `If-None-Match` names the tag, compared weakly (RFC 9110 §13.1.2). */
export function isNamed(etag: string, header: string | undefined): boolean {
  const tags = entityTags(header ?? "");
  return tags.includes(etag) || tags.includes("*");
}
