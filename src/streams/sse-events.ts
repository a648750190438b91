import { z } from "@hono/zod-openapi";
import { encodeBase64 } from "hono/utils/encode";
import { isEmpty, isEnd } from "../transport/page.ts";
import type { Page } from "../transport/protocol.ts";
import type { ContentKind } from "./content-type.ts";
import { formatOffset } from "./offset.ts";
import { pageBody } from "./page-body.ts";

/** The data of an event `control`: where to go on. */
export const controlOutput = z
  .object({
    streamNextOffset: z.string(),
    streamCursor: z
      .string()
      .optional()
      .openapi({ description: "For `cursor`, unless the stream is closed." }),
    streamClosed: z.literal(true).optional(),
    upToDate: z.literal(true).optional(),
  })
  .openapi("StreamControl");

const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/**
 * A page as server-sent events (§5.8): its records as one event `data`, where it has any, and always one event
 * `control`, which says where to go on. They are sent as one, so that nobody gets half of the pair.
 */
export function pageEvents(page: Page, kind: ContentKind, cursor: number): string {
  return (isEmpty(page) ? "" : event("data", dataOf(page, kind))) + event("control", control(page, cursor));
}

/** Text that is not UTF-8 has replacement characters, as in any other event stream. */
function dataOf(page: Page, kind: ContentKind): string {
  const body = pageBody(page, kind);
  return kind === "binary" ? encodeBase64(body.buffer) : decoder.decode(body);
}

/** A reader that has all of a closed stream does not come back, and needs no cursor. */
function control(page: Page, cursor: number): string {
  const data: z.infer<typeof controlOutput> = {
    streamNextOffset: formatOffset(page.next),
    ...(isEnd(page) ? { streamClosed: true } : { streamCursor: String(cursor) }),
    ...(page.complete ? { upToDate: true } : {}),
  };
  return JSON.stringify(data);
}

/**
 * One event (HTML Standard §9.2.5). Whatever ends a line there ends one here, so that no text can end the event; a
 * reader drops one space after the colon, so a line that begins with one gets another.
 */
export function event(name: string, data: string): string {
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data:${line.startsWith(" ") ? " " : ""}${line}\n`);
  return `event: ${name}\n${lines.join("")}\n`;
}
