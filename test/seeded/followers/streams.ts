import { type SentEvent, sentEvents } from "../../../scripts/tails/events.ts";
import type { FollowerPlan } from "../world/plan.ts";
import type { Connect, Notes } from "./form.ts";
import { placeHeaders } from "./native-queries.ts";
import { StreamRecords } from "./stream-records.ts";
import { textsOf } from "./texts-of.ts";

/** The position of a reader, as the server reported it. */
interface Position {
  offset: string;
  cursor: string | null;
}

interface Control {
  readonly streamNextOffset: string;
  readonly streamCursor?: string;
  readonly streamClosed?: boolean;
}

function streamUrl(plan: FollowerPlan, url: string, live: string, { offset, cursor }: Position): URL {
  const stream = new URL(`/v1/stream/${plan.log.name}`, url);
  const query = cursor === null ? { offset, live } : { offset, live, cursor };
  stream.search = String(new URLSearchParams(query));
  return stream;
}

/**
 * Follows a stream by server-sent events (Durable Streams §5.8). Data without a following control event does not count.
 */
export function followStreamEvents(plan: FollowerPlan, notes: Notes): Connect {
  const at: Position = { offset: "-1", cursor: null };
  const records = new StreamRecords(plan.log.kind, notes);
  notes.begins(0);
  return async (url, signal) => {
    const headers = placeHeaders(plan);
    const response = await fetch(streamUrl(plan, url, "sse", at), { headers, signal });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    let untold: SentEvent[] = [];
    for await (const event of sentEvents(textsOf(response))) {
      if (signal.aborted) return;
      if (event.name === "data") untold.push(event);
      if (event.name !== "control") continue;
      const control = JSON.parse(event.data) as Control;
      at.offset = control.streamNextOffset;
      at.cursor = control.streamCursor ?? at.cursor;
      for (const { data } of untold) records.takeEvent(data);
      untold = [];
      if (control.streamClosed === true) return notes.ends();
    }
  };
}

/** Follows a stream by long polls (Durable Streams §5.7). */
export function followStreamPolls(plan: FollowerPlan, notes: Notes): Connect {
  const at: Position = { offset: "-1", cursor: null };
  const records = new StreamRecords(plan.log.kind, notes);
  notes.begins(0);
  return async (url, signal) => {
    while (!signal.aborted) {
      const headers = placeHeaders(plan);
      const response = await fetch(streamUrl(plan, url, "long-poll", at), { headers, signal });
      const text = await response.text();
      if (!response.ok) throw new Error(`${response.status} ${text}`);
      at.offset = response.headers.get("Stream-Next-Offset") ?? at.offset;
      at.cursor = response.headers.get("Stream-Cursor") ?? at.cursor;
      if (text !== "") records.takeBody(text);
      if (response.headers.get("Stream-Closed") === "true") return notes.ends();
    }
  };
}
