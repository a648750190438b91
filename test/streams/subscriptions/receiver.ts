import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** A call that a webhook received. */
export interface Notification {
  readonly headers: IncomingHttpHeaders;
  readonly raw: string;
  readonly body: {
    readonly subscription_id: string;
    readonly wake_id: string;
    readonly generation: number;
    readonly streams: readonly Readonly<Record<string, unknown>>[];
    readonly callback_url: string;
    readonly callback_token: string;
  };
}

/** How a webhook answers; null: not at all. */
export interface Reaction {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The connection breaks when this was said. */
  readonly isCut?: boolean;
}

/** A webhook on this machine. */
export class Receiver {
  readonly received: Notification[] = [];
  /** The answers to the next calls. All later calls are answered as taken. */
  readonly reactions: (Reaction | null)[] = [];
  readonly #react: (notification: Notification) => Reaction | null;
  readonly #server = createServer(async (request, response) => {
    const raw = await text(request);
    const notification = { headers: request.headers, raw, body: JSON.parse(raw || "null") };
    this.received.push(notification);
    const reaction = this.#react(notification);
    if (reaction === null) return;
    const { status = 200, headers = {}, body = "{}", isCut = false } = reaction;
    response.writeHead(status, headers);
    if (isCut) response.write(body, () => response.destroy());
    else response.end(body);
  });

  /** `react`: how a call is answered, rather than by `reactions`. */
  constructor(react?: (notification: Notification) => Reaction | null) {
    this.#react = react ?? (() => this.#nextReaction());
  }

  #nextReaction(): Reaction | null {
    const reaction = this.reactions.length > 1 ? this.reactions.shift() : this.reactions[0];
    return reaction === undefined ? {} : reaction;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  /** The call after `count` others; throws if it has not come yet. */
  call(count: number): Notification {
    const notification = this.received[count];
    if (notification === undefined) throw new Error(`the webhook was called ${this.received.length} times`);
    return notification;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export const done: Reaction = { body: '{"done":true}' };
