import { WebSocket } from "undici";
import { vi } from "vitest";

const patience = { timeout: 30_000, interval: 10 };

// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was said
type Said = any;

interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A client's WebSocket to a cluster. */
export class Socket {
  readonly said: Said[] = [];
  closed: Closed | null = null;
  readonly #socket: WebSocket;

  constructor(url: string, path: string, headers: Record<string, string> = {}) {
    const address = new URL(path, url);
    address.protocol = "ws:";
    this.#socket = new WebSocket(address, { protocols: "timberline.v1", headers });
    this.#socket.addEventListener("message", ({ data }) => {
      this.said.push(JSON.parse(data));
    });
    this.#socket.addEventListener("close", ({ code, reason }) => {
      this.closed = { code, reason };
    });
    // A close event follows.
    this.#socket.addEventListener("error", () => undefined);
  }

  say(message: unknown): void {
    this.#socket.send(JSON.stringify(message));
  }

  close(): void {
    this.#socket.close();
  }

  of(kind: string): readonly Said[] {
    return this.said.filter((message) => message.kind === kind);
  }

  /** The last of so many messages of a kind, once they have come. */
  async until(kind: string, count = 1): Promise<Said> {
    return vi.waitFor(() => {
      const found = this.of(kind);
      if (found.length < count) throw new Error(`only ${JSON.stringify(this.said.slice(-3))}`);
      return found.at(-1);
    }, patience);
  }

  async untilClosed(): Promise<Closed> {
    return vi.waitFor(() => {
      if (this.closed === null) throw new Error("the socket is open");
      return this.closed;
    }, patience);
  }

  /** The texts of all records so far, in the order in which they came. */
  texts(tail: number): readonly string[] {
    const mine = this.of("records").filter((message) => message.tail === tail);
    return mine.flatMap(({ records }) => records.map(({ data }: { data: string }) => data));
  }

  async untilTexts(tail: number, count: number): Promise<readonly string[]> {
    return vi.waitFor(() => {
      const texts = this.texts(tail);
      if (texts.length < count) throw new Error(`only ${texts.length} records`);
      return texts;
    }, patience);
  }
}
