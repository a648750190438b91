import { type Dispatcher, request } from "undici";

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
  /** `next`: where to go on after it. */
  readonly onRecord: (record: Seen, next: number) => void;
}

/** Follows a log by server-sent events (HTML Standard §9.2) until the stream ends. Throws if it breaks. */
export async function followEvents(options: FollowOptions, dispatcher: Dispatcher): Promise<void> {
  const { url, from, signal, onOpen, onRecord } = options;
  const headers = { accept: "text/event-stream", "last-event-id": String(from) };
  const { statusCode, body } = await request(url, { headers, dispatcher, signal });
  if (statusCode !== 200) throw new Error(`${url.pathname}: ${statusCode} ${await body.text()}`);
  onOpen();
  body.setEncoding("utf8");
  let rest = "";
  for await (const chunk of body as AsyncIterable<string>) {
    const events = (rest + chunk).split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events.filter(isRecord)) onRecord(recordOf(event), idOf(event));
  }
}

const isRecord = (event: string): boolean => event.includes("\nevent: record\n");

const idOf = (event: string): number => Number(/^id: (\d+)$/m.exec(event)?.[1]);

const recordOf = (event: string): Seen => JSON.parse(event.slice(event.indexOf("data: ") + 6)) as Seen;
