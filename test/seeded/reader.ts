import type { Random } from "../simulation/world/random.ts";
import { type Ground, pause } from "./ground.ts";
import type { Observation } from "./oracle.ts";

/** What a form of reading tells its reader. */
export interface Sink {
  /** The position of the next record, or the offset of the next byte; null: from the beginning. */
  readonly from: string | null;
  /** Records came, or a part of them, and `next` is where to go on. */
  readonly got: (text: string, next: string, seqs?: readonly number[]) => void;
}

/** One way to follow a log: resolves or throws when the connection ends, which `signal` asks for. */
export type Form = (ground: Ground, sink: Sink, signal: AbortSignal) => Promise<void>;

export interface ReaderOptions {
  readonly name: string;
  readonly form: Form;
  /** Draws after how long it cuts its connections; null: it cuts none, and none may get stuck. */
  readonly random: Random | null;
}

/** How long a connection may last before its reader cuts it, ms. */
const lastsMsMax = 1_500;

const never = new AbortController().signal;

/** Follows a log, and continues on a new connection where the last one ended. */
export class Reader {
  readonly #ground: Ground;
  readonly #options: ReaderOptions;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  readonly #texts: string[] = [];
  readonly #seqs: number[] = [];
  #next: string | null = null;
  #tellsSeqs = false;

  constructor(ground: Ground, options: ReaderOptions) {
    this.#ground = ground;
    this.#options = options;
    this.#done = this.#run();
  }

  /** How much it has seen, characters. */
  get length(): number {
    return this.#texts.reduce((sum, text) => sum + text.length, 0);
  }

  async stop(): Promise<Observation> {
    this.#stop.abort();
    await this.#done;
    const { name } = this.#options;
    return { reader: name, text: this.#texts.join(""), seqs: this.#tellsSeqs ? this.#seqs : null };
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const why = await this.#connect();
      if (!this.#stop.signal.aborted)
        this.#ground.trace.push(`${this.#options.name}: ${why} at ${this.#next}`);
      await pause();
    }
  }

  /** Follows once; why it ended. */
  async #connect(): Promise<string> {
    const { random, form } = this.#options;
    const cut = random === null ? never : AbortSignal.timeout(random.below(lastsMsMax));
    const signal = AbortSignal.any([cut, this.#stop.signal]);
    let isOver = false;
    // What still arrives after a cut comes once more with the next connection.
    const got: Sink["got"] = (text, next, seqs) => {
      if (!signal.aborted && !isOver) this.#got(text, next, seqs);
    };
    try {
      await form(this.#ground, { from: this.#next, got }, signal);
      return cut.aborted ? "cut" : "ended";
    } catch (error) {
      return cut.aborted ? "cut" : `broken (${error instanceof Error ? error.message : error})`;
    } finally {
      isOver = true;
    }
  }

  #got(text: string, next: string, seqs?: readonly number[]): void {
    this.#texts.push(text);
    this.#next = next;
    if (seqs === undefined) return;
    this.#tellsSeqs = true;
    this.#seqs.push(...seqs);
  }
}
