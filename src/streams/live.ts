import type { Context } from "hono";
import type { AppEnv } from "../http/env.ts";
import type { PageReader } from "../routing/page-reader.ts";
import type { World } from "../routing/world.ts";
import { isEmpty, isEnd } from "../transport/page.ts";
import type { Page } from "../transport/protocol.ts";
import { kindOf } from "./content-type.ts";
import { nextCursor } from "./cursor.ts";
import { eventStream } from "./event-stream.ts";
import { pageBody } from "./page-body.ts";
import { cacheHeaders, pageHeaders } from "./page-headers.ts";
import type { Start } from "./reader.ts";
import { PageEvents } from "./sse-events.ts";

/** How long a long poll waits, ms. */
export const LONG_POLL_MS = 20_000;

/** A request that follows a stream. */
export interface Live {
  /** The page when the request came, and where it began. */
  readonly first: Page;
  readonly start: Start;
  /** The cursor of the last answer. */
  readonly cursor: number | null;
  readonly reader: PageReader;
  readonly world: World;
  /** When its token expires, ms since the epoch; null: never. */
  readonly expiresAt: number | null;
}

/** `live=long-poll` (§5.7): the present messages, or the next ones. */
export async function longPoll(c: Context<AppEnv>, request: Live): Promise<Response> {
  const { start, world, cursor } = request;
  const page = await nextRecords(request);
  const { "Content-Type": contentType, ...headers } = pageHeaders(page);
  headers["Stream-Cursor"] = String(nextCursor(cursor, world.now(), world.random()));
  if (isEmpty(page)) return c.body(null, 204, { ...headers, "Cache-Control": "no-store" });
  Object.assign(headers, { "Content-Type": contentType }, cacheHeaders(c, page, start, null));
  // A place within a record always has messages, so this is the first page.
  return c.body(pageBody(page, kindOf(page.state.contentType), start.byte), 200, headers);
}

/** The first page with records; an empty one if the stream is closed or the time is over. */
async function nextRecords({ first, reader, world }: Live): Promise<Page> {
  const deadline = world.now() + LONG_POLL_MS;
  let page = first;
  for (let leftMs = LONG_POLL_MS; isEmpty(page) && !isEnd(page) && leftMs > 0; ) {
    page = await reader.follow(page.next, leftMs);
    leftMs = deadline - world.now();
  }
  return page;
}

/** `live=sse` (§5.8). */
export function serverSentEvents(
  c: Context<AppEnv>,
  { first, start, cursor, reader, world, expiresAt }: Live,
): Response {
  const kind = kindOf(first.state.contentType);
  // Above the reader's cursor, and never lower again.
  const floor = nextCursor(cursor, world.now(), world.random());
  const events = new PageEvents(kind, start.byte);
  const source = {
    expiresAt,
    now: () => world.now(),
    follow: (seq: number, waitMs: number) => reader.follow(seq, waitMs),
    eventsOf: (page: Page) => events.of(page, Math.max(floor, nextCursor(null, world.now(), 0))),
  };
  return c.body(eventStream(first, source), 200, {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-cache",
    ...(kind === "binary" ? { "Stream-SSE-Data-Encoding": "base64" } : {}),
  });
}
