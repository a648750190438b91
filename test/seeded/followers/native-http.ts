import { type SentEvent, sentEvents } from "../../../scripts/tails/events.ts";
import type { FollowerPlan } from "../world/plan.ts";
import type { Connect, Notes } from "./form.ts";
import { type NativeRecord, placeHeaders, recordsUrl, seenOf } from "./native-queries.ts";
import { textsOf } from "./texts-of.ts";

/** Follows by server-sent events, and continues after the last id, like an `EventSource`. */
export function followEvents(plan: FollowerPlan, notes: Notes): Connect {
  let lastId: string | null = null;
  notes.begins(0);
  const take = ({ id, name, data }: SentEvent): void => {
    lastId = id ?? lastId;
    if (name === "record") notes.see(seenOf(JSON.parse(data) as NativeRecord));
    if (name === "closed") notes.ends();
  };
  return async (url, signal) => {
    const last = lastId === null ? {} : { "Last-Event-ID": lastId };
    const headers = { Accept: "text/event-stream", ...placeHeaders(plan), ...last };
    const response = await fetch(recordsUrl(plan, url, { from: "earliest" }), { headers, signal });
    if (response.status === 204) return notes.ends();
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    for await (const event of sentEvents(textsOf(response))) {
      if (signal.aborted) return;
      take(event);
    }
  };
}

interface Page {
  readonly records: readonly NativeRecord[];
  readonly next: number;
  readonly complete: boolean;
  readonly closed: boolean;
}

/** How long to wait for a page, ms. */
const waitMs = 5_000;

/** Follows page by page, and waits for the next one. A connection carries many pages. */
export function followPages(plan: FollowerPlan, notes: Notes): Connect {
  let next = 0;
  notes.begins(0);
  return async (url, signal) => {
    const headers = { Accept: "application/json", ...placeHeaders(plan) };
    while (!signal.aborted) {
      const query = { from: String(next), wait: String(waitMs), max_bytes: String(plan.credit) };
      const response = await fetch(recordsUrl(plan, url, query), { headers, signal });
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
      const page = (await response.json()) as Page;
      next = page.next;
      for (const record of page.records) notes.see(seenOf(record));
      if (page.closed && page.complete) return notes.ends();
    }
  };
}
