import { Problem } from "../http/problem.ts";
import type { LogId } from "../log/types.ts";
import { isEnd } from "../transport/page.ts";
import type { Page } from "../transport/protocol.ts";

/** How long an event stream lasts, ms. Then its reader connects again, maybe to a nearer node (§10.2). */
export const STREAM_MS = 60_000;

/** How long it is silent before it sends a sign of life, ms. */
const QUIET_MS = 15_000;

/** The parts of an event stream. */
export interface EventSource {
  /** When it must end, ms; null: when its time is over. */
  readonly expiresAt: number | null;
  /** The present time, ms. */
  now(): number;
  /** Reads the page from `seq` on, and waits up to `waitMs` if it is empty. It may return an empty page early. */
  follow(seq: number, waitMs: number): Promise<Page>;
  eventsOf(page: Page): string;
}

const utf8 = new TextEncoder();

/**
 * The pages of a stream from `first` on, as events. The next page is read only when the reader has taken the last one,
 * so that a slow reader costs no memory. It ends with a closed stream, when its time is over or its token expires, when
 * another life of the stream begins, and when a page can't be read: a new request then learns why.
 */
export function eventStream(first: Page, source: EventSource): ReadableStream<Uint8Array> {
  const deadline = Math.min(source.now() + STREAM_MS, source.expiresAt ?? Number.POSITIVE_INFINITY);
  // No page is kept once it is sent, so a waiting reader costs almost no memory.
  let ready: Page | null = first;
  let seq: number = first.next;
  const { log } = first;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const page = ready ?? (await nextPage(source, log, seq, deadline));
        ready = null;
        if (page !== null) controller.enqueue(utf8.encode(source.eventsOf(page)));
        if (page === null || isEnd(page) || source.now() >= deadline) controller.close();
        seq = page?.next ?? seq;
      },
    },
    { highWaterMark: 0 },
  );
}

/** Null if there is no next page, or if the time was over while the reader took the last one. */
async function nextPage(
  source: EventSource,
  log: LogId,
  seq: number,
  deadline: number,
): Promise<Page | null> {
  const leftMs = deadline - source.now();
  if (leftMs <= 0) return null;
  try {
    const page = await source.follow(seq, Math.min(QUIET_MS, leftMs));
    return page.log === log ? page : null;
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}
