import type { Context } from "hono";
import { isEnd } from "../transport/page.ts";
import type { Page } from "../transport/protocol.ts";
import { DEFAULT_TYPE } from "./content-type.ts";
import { endHeaders } from "./headers.ts";
import type { Start } from "./reader.ts";
import { etagOf } from "./validators.ts";

/** The headers of a page (§5.6). */
export function pageHeaders(page: Page): Record<string, string> {
  return {
    ...endHeaders(page.next, isEnd(page)),
    ...(page.complete ? { "Stream-Up-To-Date": "true" } : {}),
    "Content-Type": page.state.contentType ?? DEFAULT_TYPE,
  };
}

/**
 * How long a page may be cached (§10.1), and its tag. Messages at a position never change. But a page that reaches the
 * end of an open stream also says that there is no more: that is what `atTail` is for. A page from `now` on is
 * different each time. An answer to a request with a token is private.
 */
export function cacheHeaders(
  c: Context,
  page: Page,
  { from, byte }: Start,
  atTail: string | null,
): Record<string, string> {
  if (from.at === "tail") return { "Cache-Control": "no-store" };
  const whose = c.req.header("Authorization") === undefined ? "public" : "private";
  const isOpen = page.complete && !isEnd(page);
  const kept = `${whose}, max-age=60, stale-while-revalidate=300`;
  return {
    "Cache-Control": (isOpen ? atTail : null) ?? kept,
    Vary: "Authorization",
    ETag: etagOf(page, byte),
  };
}
