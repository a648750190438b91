import { recordsOf } from "../http/page.ts";
import { recordJson, recordLine } from "../http/record-output.ts";
import type { TailEnd } from "../node/subscriber.ts";
import type { Page } from "../transport/protocol.ts";
import { endText } from "./messages.ts";

/** The format of a tail's output. */
export interface TailFormat {
  /** The records of a page, and the credit that they use, bytes. */
  records(tail: number, page: Page): { readonly message: string | Uint8Array; readonly bytes: number };
  /** Null: it ends without a message. */
  end(tail: number, why: TailEnd, next: number): string | Uint8Array | null;
}

/** Messages of a session; the credit counts the stored bytes of the batches. */
export const messageFormat: TailFormat = {
  records(tail, page) {
    const bytes = storedBytes(page);
    return { message: `{"kind":"records","tail":${tail},${onceForAll(texts, page, pageText)}`, bytes };
  },
  end: endText,
};

/** Server-sent events; the credit counts their bytes. */
export const eventFormat: TailFormat = {
  records(_tail, page) {
    const message = onceForAll(chunks, page, pageEvents);
    return { message, bytes: message.length };
  },
  end(_tail, why, next) {
    if (why.kind === "dropped" || why.kind === "unreadable") return null;
    const more = why.kind === "trimmed" ? { earliest: why.earliest } : {};
    return utf8.encode(`id: ${next}\nevent: ${why.kind}\ndata: ${JSON.stringify({ next, ...more })}\n\n`);
  },
};

const utf8 = new TextEncoder();
const texts = new WeakMap<Page, string>();
const chunks = new WeakMap<Page, Uint8Array>();

/** A page goes to all subscribers at the same place, and is formatted only once. */
function onceForAll<T>(made: WeakMap<Page, T>, page: Page, make: (page: Page) => T): T {
  const before = made.get(page);
  if (before !== undefined) return before;
  const value = make(page);
  made.set(page, value);
  return value;
}

function pageText(page: Page): string {
  const records = Array.from(recordsOf(page), recordJson).join(",");
  return `"records":[${records}],"next":${page.next},"log_tail":${page.tail},"bytes":${storedBytes(page)}}`;
}

function storedBytes({ batches }: Page): number {
  return batches.reduce((sum, { records }) => sum + records.length, 0);
}

/** The id is the sequence number after the record, so that `Last-Event-ID` says where to continue. */
function pageEvents(page: Page): Uint8Array {
  const one = (seq: number, json: string): string => `id: ${seq + 1}\nevent: record\ndata: ${json}\n\n`;
  return utf8.encode(Array.from(recordsOf(page), (placed) => one(placed.seq, recordLine(placed))).join(""));
}
