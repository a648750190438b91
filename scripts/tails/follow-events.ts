import { type Dispatcher, request } from "undici";
import { sentEvents } from "./events.ts";

/** A record as a subscriber sees it. */
export interface Seen {
  readonly seq: number;
  readonly data: string;
}

export interface FollowOptions {
  /** The URL of the log's records. */
  readonly url: URL;
  /** The first record to read. */
  readonly from: number;
  readonly signal: AbortSignal;
  readonly onOpen: () => void;
  readonly onRecord: (record: Seen) => void;
}

/** Follows a log by server-sent events (HTML Standard §9.2) until the stream ends. Throws if it breaks. */
export async function followEvents(options: FollowOptions, dispatcher: Dispatcher): Promise<void> {
  const { url, from, signal, onOpen, onRecord } = options;
  const headers = { accept: "text/event-stream", "last-event-id": String(from) };
  const { statusCode, body } = await request(url, { headers, dispatcher, signal });
  if (statusCode !== 200) throw new Error(`${url.pathname}: ${statusCode} ${await body.text()}`);
  onOpen();
  body.setEncoding("utf8");
  for await (const { name, data } of sentEvents(body))
    if (name === "record") onRecord(JSON.parse(data) as Seen);
}
