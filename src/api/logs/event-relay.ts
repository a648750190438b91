import { TAIL_CREDIT } from "../../sessions/protocol.ts";
import { ONLY_TAIL } from "../../sessions/state.ts";

/** How long a stream is silent before it sends a sign of life, ms; at most twice as long. */
export const SILENCE_MS = 15_000;

const reconnectAfterMs = 500;
const utf8 = new TextEncoder();

/** The socket of a node, as its client uses it. */
export type NodeSocket = Pick<WebSocket, "accept" | "addEventListener" | "binaryType" | "send" | "close">;

/** Repeated work while a stream lasts. */
export interface Beat {
  readonly everyMs: number;
  readonly run: () => void;
}

/**
 * Server-sent events (HTML Standard §9.2): passes on the events that a node has made, as fast as the reader takes them.
 * The credit of the node's tail bounds what waits here. The stream ends with the tail, and after `lastsMs` (null:
 * never). A new request then learns the reason, or continues at another node.
 */
export function eventStream(
  socket: NodeSocket,
  silenceMs: number,
  beats: readonly Beat[] = [],
  lastsMs: number | null = null,
): ReadableStream<Uint8Array> {
  const relay = new EventRelay(socket, silenceMs, beats);
  if (lastsMs !== null) relay.endAfter(lastsMs);
  return new ReadableStream<Uint8Array>(relay, { highWaterMark: 0 });
}

class EventRelay implements UnderlyingSource<Uint8Array> {
  readonly #socket: NodeSocket;
  readonly #timers: ReturnType<typeof setInterval>[];
  #waiting: Uint8Array[] = [utf8.encode(`retry: ${reconnectAfterMs}\n\n`)];
  #isSilent = false;
  #isOver = false;
  #wake: () => void = () => {};
  /** Credit of the tail that was used and not given back yet, bytes. */
  #taken = 0;

  constructor(socket: NodeSocket, silenceMs: number, beats: readonly Beat[]) {
    this.#socket = socket;
    const all = [...beats, { everyMs: silenceMs, run: () => this.#breakSilence() }];
    this.#timers = all.map(({ everyMs, run }) => setInterval(run, everyMs));
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => this.#take(new Uint8Array(data as ArrayBuffer)));
    socket.addEventListener("close", () => this.#end());
    socket.addEventListener("error", () => this.#end());
    socket.accept();
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    while (this.#waiting.length === 0 && !this.#isOver) await this.#news();
    const chunks = this.#waiting;
    this.#waiting = [];
    for (const chunk of chunks) controller.enqueue(chunk);
    if (this.#isOver) controller.close();
    else this.#giveBack();
  }

  endAfter(ms: number): void {
    this.#timers.push(setTimeout(() => this.cancel(), ms));
  }

  /** The reader is gone, or its time is over. */
  cancel(): void {
    this.#end();
    this.#socket.close(1000);
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #take(chunk: Uint8Array): void {
    if (this.#isOver) return;
    this.#waiting.push(chunk);
    this.#taken += chunk.length;
    this.#isSilent = false;
    this.#wake();
  }

  #giveBack(): void {
    if (this.#taken < TAIL_CREDIT / 2) return;
    this.#socket.send(JSON.stringify({ kind: "credit", tail: ONLY_TAIL, bytes: this.#taken }));
    this.#taken = 0;
  }

  /** A reader that does not read needs no sign of life. */
  #breakSilence(): void {
    if (this.#isSilent && this.#waiting.length === 0) this.#waiting.push(utf8.encode(": nothing yet\n\n"));
    this.#isSilent = true;
    this.#wake();
  }

  #end(): void {
    this.#isOver = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#wake();
  }
}
