import type { Context } from "hono";
import type { AppEnv } from "../../http/env.ts";
import { mediaTypes } from "../../http/media-type.ts";
import { pageHeaders } from "../../http/page-response.ts";
import { Problem } from "../../http/problem.ts";
import type { ReadQuery } from "../../http/read-parameters.ts";
import { invalidRequest } from "../../http/validation.ts";
import type { Settings } from "../../log/types.ts";
import type { FoundPage, PageReader } from "../../routing/page-reader.ts";
import { renew, waitWithin } from "../../routing/renewal.ts";
import { type Visit, visit } from "../../routing/visit.ts";
import { TAIL_CREDIT } from "../../sessions/protocol.ts";
import type { Face } from "../../sessions/state.ts";
import { positionAt } from "../../sessions/tail-opening.ts";
import { isEmpty, isEnd } from "../../transport/page.ts";
import type { PageStart } from "../../transport/protocol.ts";
import { type Beat, eventStream, SILENCE_MS } from "./event-relay.ts";
import { openSocket, protocolOf } from "./open-socket.ts";

/** The longest delay of a timer, ms: 2^31 - 1. */
const longestBeatMs = 86_400_000;

/** A log to follow. */
export interface Followed {
  readonly c: Context<AppEnv>;
  readonly at: Visit;
  readonly log: string;
  readonly reader: PageReader;
  readonly query: ReadQuery;
  /** When the token expires, ms since the epoch; null: never. */
  readonly expiresAt: number | null;
}

/** Follows a log over a WebSocket: all that comes from `from` on. Throws the problems of a read. */
export async function followBySocket(followed: Followed): Promise<Response> {
  const protocol = protocolOf(followed.c);
  const first = await followed.reader.page(followed.query.from, 0);
  return open(followed, first, "tail", protocol);
}

/**
 * Follows a log by server-sent events. A reader that comes back to the end of a closed log gets 204, which ends the
 * reconnects (HTML Standard §9.2.3). Throws the problems of a read.
 */
export async function followByEvents(followed: Followed): Promise<Response> {
  const lastEvent = lastEventId(followed.c);
  const first = await followed.reader.page(lastEvent ?? followed.query.from, 0);
  const { page, index } = first;
  const headers = pageHeaders(page, index);
  if (lastEvent !== null && isEmpty(page) && isEnd(page)) return new Response(null, { status: 204, headers });
  headers.set("Content-Type", mediaTypes.events);
  if (followed.c.req.method === "HEAD") return new Response(null, { headers });
  const { webSocket } = await open(followed, first, "events", null);
  if (webSocket === null) throw new Error("a node took a socket and gave none");
  // A lost reader shows only at the next write, and keeps the log alive until then.
  const silenceMs = waitWithin(page.state, followed.query.wait || SILENCE_MS);
  const stream = eventStream(webSocket, silenceMs, renewals(followed, page.state), lastsMs(followed));
  return new Response(stream, { headers });
}

/**
 * Once the token has expired, the node sends nothing more, so the stream need not wait, or keep the log alive, for
 * longer.
 */
function lastsMs({ at, expiresAt }: Followed): number | null {
  return expiresAt === null ? null : Math.min(expiresAt - at.api.world.now(), longestBeatMs);
}

/** An event stream renews a log's time to live, as polls would. */
function renewals({ c, at, log, query }: Followed, state: Settings): readonly Beat[] {
  if (state.ttlSeconds === null) return [];
  const run = async (): Promise<void> => {
    try {
      await renew(await visit(c, at.api, query.timeout_ms), log, state, true);
    } catch (error) {
      // If the log is gone its tail ends. If no node answers, this is tried again later.
      if (!(error instanceof Problem)) throw error;
    }
  };
  return [{ everyMs: waitWithin(state, longestBeatMs), run }];
}

async function open(
  { at, log, expiresAt }: Followed,
  first: FoundPage,
  face: Face,
  protocol: string | null,
): Promise<Response> {
  // It may only read this log.
  const grant = { actions: [], prefix: log, cluster: at.cluster.name, expiresAt };
  const position = positionAt(log, first, TAIL_CREDIT);
  return openSocket(at, { face, grant, protocol, position });
}

/** Where a broken event stream continues (HTML Standard §9.2.4). */
function lastEventId(c: Context<AppEnv>): PageStart | null {
  const id = c.req.header("Last-Event-ID");
  if (id === undefined || id === "") return null;
  const seq = Number(id);
  if (/^(0|[1-9][0-9]*)$/.test(id) && Number.isSafeInteger(seq)) return { at: "seq", seq };
  throw invalidRequest("header", [{ path: ["Last-Event-ID"], message: "must be the id of an event" }]);
}
