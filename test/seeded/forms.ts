import { setTimeout } from "node:timers/promises";
import { stream } from "@durable-streams/client";
import { Agent } from "undici";
import { type FollowOptions, followEvents, type Seen } from "../../scripts/tails/follow-events.ts";
import { followSocket } from "../../scripts/tails/follow-socket.ts";
import { Socket } from "../cluster/sockets.ts";
import { type Ground, pause } from "./ground.ts";
import type { Form, Sink } from "./reader.ts";

const agent = new Agent({ bodyTimeout: 0 });

const recordsUrl = ({ url, log }: Ground): URL => new URL(`/v1/logs/${log}/records`, url());

const take = ({ got }: Sink, records: readonly Seen[], next: number): void =>
  got(
    records.map(({ data }) => data).join(""),
    String(next),
    records.map(({ seq }) => seq),
  );

const followBy =
  (follow: (options: FollowOptions) => Promise<void>): Form =>
  (ground, sink, signal) =>
    follow({
      ...{ url: recordsUrl(ground), from: Number(sink.from ?? 0), signal },
      onOpen: () => undefined,
      onRecord: (record, next) => take(sink, [record], next),
    });

/** How much it lets come at once, bytes: less than a batch may have. */
const sessionCredit = 100;

/** A tail of a session whose reader is slow: it gives little credit, and late, so that it mostly has none. */
const bySession: Form = async (ground, sink, signal) => {
  const socket = new Socket(ground.url(), "/v1/sessions");
  let heard = 0;
  try {
    while (socket.closed === null && !signal.aborted) {
      for (; heard < socket.said.length; heard += 1) {
        const { kind, records, next, bytes, problem } = socket.said[heard];
        if (kind === "welcome") {
          const from = Number(sink.from ?? 0);
          socket.say({ kind: "tail", tail: 1, log: ground.log, from, credit: sessionCredit });
        } else if (kind === "records") {
          take(sink, records, next);
          await pause();
          socket.say({ kind: "credit", tail: 1, bytes });
        } else if (kind !== "tailing") throw new Error(problem?.type ?? kind);
      }
      await setTimeout(1);
    }
  } finally {
    socket.close();
  }
};

/** One page after the other, each of which waits for records. */
const byPages: Form = async (ground, sink, signal) => {
  let from = sink.from ?? "0";
  for (;;) {
    const url = new URL(`?from=${from}&wait=2000&limit=7`, recordsUrl(ground));
    const response = await fetch(url, { headers: { Accept: "application/json" }, signal });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const page = (await response.json()) as { readonly records: readonly Seen[]; readonly next: number };
    take(sink, page.records, page.next);
    from = String(page.next);
  }
};

/** By the protocol's client, which is given back its offset on each new connection. */
const byStream =
  (live: "sse" | "long-poll"): Form =>
  async ({ url, log }, sink, signal) => {
    const response = await stream({
      ...{ url: `${url()}/v1/stream/${log}`, offset: sink.from ?? "-1", live, signal },
      backoffOptions: { initialDelay: 20, maxDelay: 200, multiplier: 2 },
    });
    response.subscribeText(({ text, offset }) => sink.got(text, offset));
    await response.closed;
  };

/** All forms in which a log can be followed. */
export const forms: Readonly<Record<string, Form>> = {
  socket: followBy(followSocket),
  events: followBy((options) => followEvents(options, agent)),
  session: bySession,
  pages: byPages,
  "stream-sse": byStream("sse"),
  "stream-long-poll": byStream("long-poll"),
};
