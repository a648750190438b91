import type { Page } from "../transport/protocol.ts";
import { recordsOf } from "./page.ts";
import { Problem } from "./problem.ts";
import { recordJson } from "./record-output.ts";

/** Pages of one stream, at most: then it ends, and its reader connects again where it stopped. */
export const ROUNDS_MAX = 200;

/** How long a round waits for records before it sends a sign of life, ms. */
export const ROUND_WAIT_MS = 15_000;

const reconnectAfterMs = 500;
const utf8 = new TextEncoder();

/**
 * Server-sent events (HTML Standard §9.2): one `record` a record, whose id is the sequence number after it,
 * so that `Last-Event-ID` says where to go on. It reads the next page only when the reader wants more, and
 * ends where a page can't be read: a new request then says why.
 */
export function eventStream(
  first: Page,
  readFrom: (from: number) => Promise<Page>,
): ReadableStream<Uint8Array> {
  let page: Page | null = first;
  let from: number = first.from;
  let rounds = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        page ??= await readFrom(from).catch(nullForProblem);
        if (page !== null) {
          const preamble = rounds === 0 ? `retry: ${reconnectAfterMs}\n\n` : "";
          controller.enqueue(utf8.encode(preamble + (events(page) || ": nothing yet\n\n")));
          from = page.next;
        }
        rounds++;
        if (page === null || rounds >= ROUNDS_MAX) controller.close();
        page = null;
      },
    },
    { highWaterMark: 0 },
  );
}

function nullForProblem(error: unknown): null {
  if (error instanceof Problem) return null;
  throw error;
}

function events(page: Page): string {
  const one = (seq: number, json: string): string => `id: ${seq + 1}\nevent: record\ndata: ${json}\n\n`;
  return Array.from(recordsOf(page), (placed) => one(placed.seq, recordJson(placed))).join("");
}
