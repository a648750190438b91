import { z } from "@hono/zod-openapi";
import { encodeBase64 } from "hono/utils/encode";
import { isEmpty, isEnd } from "../transport/page.ts";
import type { Page } from "../transport/protocol.ts";
import type { ContentKind } from "./content-type.ts";
import { formatOffset, type Place } from "./offset.ts";
import { pageBody } from "./page-body.ts";
import { TextFlow, type Told } from "./text-flow.ts";

const decoder = new TextDecoder();

/** The data of an event `control`: where to continue. */
export const controlOutput = z
  .object({
    streamNextOffset: z.string().openapi({ description: "Where to continue: after all data so far." }),
    streamCursor: z
      .string()
      .optional()
      .openapi({ description: "For `cursor`, unless the stream is closed." }),
    streamClosed: z.literal(true).optional(),
    upToDate: z.literal(true).optional(),
  })
  .openapi("StreamControl");

/** The pages of one stream as server-sent events (§5.8). */
export class PageEvents {
  readonly #kind: ContentKind;
  readonly #text: TextFlow;

  /** `skip`: bytes of the first record that the reader has. */
  constructor(kind: ContentKind, skip: number) {
    this.#kind = kind;
    this.#text = new TextFlow(skip);
  }

  /**
   * A page as one event `data`, if there is any data, and always one event `control`, which says where to continue.
   * They are sent together, so that no reader gets half of the pair.
   */
  of(page: Page, cursor: number): string {
    const { text, next } = this.#told(page);
    return (text === "" ? "" : event("data", text)) + event("control", control(page, next, cursor));
  }

  #told(page: Page): Told {
    if (this.#kind === "text") return this.#text.take(page);
    const next = { seq: page.next, byte: 0 };
    if (isEmpty(page)) return { text: "", next };
    const body = pageBody(page, this.#kind);
    return { text: this.#kind === "json" ? decoder.decode(body) : encodeBase64(body.buffer), next };
  }
}

/** A reader that has all of a closed stream does not come back, and needs no cursor. */
function control(page: Page, next: Place, cursor: number): string {
  const data: z.infer<typeof controlOutput> = {
    streamNextOffset: formatOffset(next.seq, next.byte),
    ...(isEnd(page) ? { streamClosed: true } : { streamCursor: String(cursor) }),
    ...(page.complete ? { upToDate: true } : {}),
  };
  return JSON.stringify(data);
}

/**
 * One event (HTML Standard §9.2.5). All line ends of that standard end a line here, so that no text can end the event.
 * A reader drops one space after the colon, so a line that begins with a space gets another one.
 */
export function event(name: string, data: string): string {
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data:${line.startsWith(" ") ? " " : ""}${line}\n`);
  return `event: ${name}\n${lines.join("")}\n`;
}
