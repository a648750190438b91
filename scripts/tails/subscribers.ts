/**
 * Many subscribers of one log, in a separate process. It receives the log to follow, reports when all are connected, receives
 * the final number of records, and reports what the subscribers saw.
 */
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { Agent } from "undici";
import { describeError } from "../options.ts";
import { type FollowOptions, followEvents } from "./follow-events.ts";
import { followSocket } from "./follow-socket.ts";
import { Tally } from "./tally.ts";

/** The log to follow, and the number of subscribers. */
export interface Task {
  readonly url: string;
  readonly events: number;
  readonly sockets: number;
}

/** How long the last records may take to arrive, ms. */
const PATIENCE_MS = 30_000;
const RETRY_MS = 200;

type Follow = (options: FollowOptions) => Promise<void>;

const tally = new Tally();
const stop = new AbortController();
const [task] = (await once(process, "message")) as [Task];
const agent = new Agent({ bodyTimeout: 0, headersTimeout: 0 });
const byEvents: Follow = (options) => followEvents(options, agent);
const follows = [
  ...Array.from({ length: task.events }, () => byEvents),
  ...Array.from({ length: task.sockets }, () => followSocket),
];
/** The next record of each subscriber. */
const nexts = follows.map(() => 0);
let connected = 0;
const ended = Promise.all(follows.map(subscribe));
const [total] = (await once(process, "message")) as [number];
await untilAllSaw(total);
stop.abort();
await ended;
process.send?.(tally.report(follows.length));
process.disconnect();

/** Follows until it is stopped. When a connection ends, it continues at the same record with a new one. */
async function subscribe(follow: Follow, at: number): Promise<void> {
  const url = new URL(task.url);
  let isFirst = true;
  while (!stop.signal.aborted) {
    const onOpen = (): void => {
      if (isFirst) connected += 1;
      if (isFirst && connected === follows.length) process.send?.("connected");
      isFirst = false;
    };
    try {
      const from = nexts[at] ?? 0;
      await follow({ url, from, signal: stop.signal, onOpen, onRecord: (record) => see(at, record) });
    } catch (error) {
      if (!stop.signal.aborted) tally.broke(describeError(error));
    }
    if (stop.signal.aborted) return;
    tally.reconnected();
    await setTimeout(RETRY_MS);
  }
}

/** The text of a record is the time at which it was sent. */
function see(at: number, { seq, data }: { readonly seq: number; readonly data: string }): void {
  tally.saw(`Subscriber ${at}`, nexts[at] ?? 0, seq, Number(data));
  nexts[at] = seq + 1;
}

async function untilAllSaw(records: number): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (nexts.some((next) => next < records) && performance.now() < deadline) await setTimeout(50);
  for (const [at, next] of nexts.entries())
    if (next < records) tally.fault(`Subscriber ${at} saw nothing after record ${next - 1} of ${records}`);
}
