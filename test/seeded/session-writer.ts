import { setTimeout } from "node:timers/promises";
import { Socket } from "../cluster/sockets.ts";
import { type Ground, pause } from "./ground.ts";
import type { Batch } from "./oracle.ts";

export interface SessionOptions {
  /** Its producer id. */
  readonly name: string;
  readonly batches: readonly (readonly string[])[];
  /** Batches that it has under way at once. */
  readonly window: number;
  readonly headers?: Record<string, string>;
  /** Draws after how many messages it cuts a connection off; infinite for never. */
  readonly drawCut?: () => number;
}

/**
 * Appends batches over sessions as a client that wants no loss and no doubling does: each is a batch of one producer.
 * After an error, or on a new connection, it goes on with the first that is not acknowledged.
 */
export class SessionWriter {
  readonly #ground: Pick<Ground, "url" | "log" | "trace">;
  readonly #options: SessionOptions;
  readonly #starts: number[] = [];
  /** Connections that it has had. */
  connections = 0;

  constructor(ground: Pick<Ground, "url" | "log" | "trace">, options: SessionOptions) {
    this.#ground = ground;
    this.#options = options;
  }

  /** All batches before this one are acknowledged. */
  get acknowledged(): number {
    return this.#starts.length;
  }

  async run(): Promise<readonly Batch[]> {
    const { batches, name } = this.#options;
    while (this.acknowledged < batches.length) {
      const why = await this.#connect();
      this.#ground.trace.push(`${name}: ${why} with ${this.acknowledged} acknowledged`);
      await pause();
    }
    return batches.map((texts, i) => ({
      ...{ writer: name, texts, start: this.#starts[i] ?? null },
      outcome: "acknowledged",
    }));
  }

  /** Until all is acknowledged, or something ends the connection: what it was. */
  async #connect(): Promise<string> {
    const { headers, drawCut, batches } = this.#options;
    this.connections += 1;
    const socket = new Socket(this.#ground.url(), "/v1/sessions", headers);
    const cutAfter = drawCut?.() ?? Number.POSITIVE_INFINITY;
    let sent = this.acknowledged;
    let heard = 0;
    try {
      while (this.acknowledged < batches.length && socket.closed === null) {
        for (; heard < socket.said.length; heard += 1) {
          const message = socket.said[heard];
          if (message.kind === "error") return `error ${message.problem.type}`;
          if (message.kind === "appended") this.#appended(message);
          if (heard >= cutAfter) return "cut";
        }
        if (heard > 0) sent = this.#sendFrom(socket, sent);
        await setTimeout(1);
      }
      return socket.closed === null ? "done" : `closed ${socket.closed.code}`;
    } finally {
      socket.close();
    }
  }

  #appended({ id, start }: { readonly id: number; readonly start: number }): void {
    if (id === this.acknowledged) this.#starts.push(start);
  }

  /** Sends batches as far as the window goes; the next one to send. */
  #sendFrom(socket: Socket, from: number): number {
    const { name, batches, window } = this.#options;
    const end = Math.min(batches.length, this.acknowledged + window);
    for (let seq = from; seq < end; seq += 1) {
      const producer = { id: name, epoch: 0, seq };
      const records = batches[seq]?.map((data) => ({ data }));
      socket.say({ kind: "append", id: seq, log: this.#ground.log, producer, records });
    }
    return Math.max(from, end);
  }
}
