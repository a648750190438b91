import { setTimeout } from "node:timers/promises";
import { Socket } from "./sockets.ts";

/** Requests that it has under way at once. */
const WINDOW = 20;
const RETRY_MS = 50;

/**
 * Appends records 0 to `count` - 1 over sessions, each a batch of one producer, as a client that wants no loss and no
 * doubling does: after an error, or on a new connection, it goes on with the first that is not acknowledged.
 */
export class PipelinedAppender {
  readonly #url: string;
  readonly #log: string;
  /** All before this one are acknowledged. */
  acknowledged = 0;
  /** Connections that it has had. */
  connections = 0;

  constructor(url: string, log: string) {
    this.#url = url;
    this.#log = log;
  }

  async run(count: number): Promise<void> {
    while (this.acknowledged < count) {
      await this.#connect(count);
      await setTimeout(RETRY_MS);
    }
  }

  /** Until all is acknowledged, or something fails. */
  async #connect(count: number): Promise<void> {
    this.connections += 1;
    const socket = new Socket(this.#url, "/v1/sessions");
    let sent = this.acknowledged;
    let looked = 0;
    while (this.acknowledged < count && socket.closed === null) {
      for (; looked < socket.said.length; looked += 1) {
        const { kind, id } = socket.said[looked];
        if (kind === "error") return socket.close();
        if (kind === "appended" && id === this.acknowledged) this.acknowledged += 1;
      }
      const isOpen = looked > 0;
      for (; isOpen && sent < Math.min(count, this.acknowledged + WINDOW); sent += 1)
        socket.say(this.#append(sent));
      await setTimeout(1);
    }
    socket.close();
  }

  #append(seq: number) {
    const producer = { id: "pipelined", epoch: 0, seq };
    return { kind: "append", id: seq, log: this.#log, producer, records: [{ data: `record ${seq}` }] };
  }
}
