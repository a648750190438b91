import { vi } from "vitest";

// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was said
export type Said = any;

interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** What a client hears over a WebSocket, and waits for. */
export abstract class Conversation {
  readonly said: Said[] = [];
  /** The same, as they came. */
  readonly saidTexts: string[] = [];
  closed: Closed | null = null;
  readonly #patience: { readonly timeout: number; readonly interval: number };

  /** `timeoutMs`: how long anything is waited for. */
  constructor(timeoutMs: number) {
    this.#patience = { timeout: timeoutMs, interval: 10 };
  }

  /** The client's end; its events go to `heard` and `ended`. */
  protected abstract readonly socket: { send(text: string): void };

  protected heard(data: unknown): void {
    const text = String(data);
    this.saidTexts.push(text);
    this.said.push(JSON.parse(text));
  }

  protected ended({ code, reason }: Closed): void {
    this.closed = { code, reason };
  }

  say(message: unknown): void {
    this.sayText(JSON.stringify(message));
  }

  sayText(text: string): void {
    this.socket.send(text);
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
    }, this.#patience);
  }

  async untilClosed(): Promise<Closed> {
    return vi.waitFor(() => {
      if (this.closed === null) throw new Error("the socket is open");
      return this.closed;
    }, this.#patience);
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
    }, this.#patience);
  }
}
