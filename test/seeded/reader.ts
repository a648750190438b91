import { setTimeout } from "node:timers/promises";
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
  readonly random: Random;
}

/** How long a connection lasts before its reader cuts it, ms; half of them last until something else ends them. */
const lastsMsMax = 1_500;

/** Follows a log through cuts of its own and of others, and goes on where the last connection came to. */
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
    const cut = new AbortController();
    const over = new AbortController();
    const lastsMs = random.chance(0.5) ? random.below(lastsMsMax) : null;
    if (lastsMs !== null)
      void setTimeout(lastsMs, undefined, { signal: over.signal }).then(
        () => cut.abort(),
        () => undefined,
      );
    // What still comes of a connection that was cut is not seen any more, or it would be seen twice.
    const signal = AbortSignal.any([cut.signal, this.#stop.signal]);
    const got: Sink["got"] = (text, next, seqs) => {
      if (!signal.aborted && !over.signal.aborted) this.#got(text, next, seqs);
    };
    try {
      await form(this.#ground, { from: this.#next, got }, signal);
      return cut.signal.aborted ? "cut" : "ended";
    } catch (error) {
      return cut.signal.aborted ? "cut" : `broken (${error instanceof Error ? error.message : error})`;
    } finally {
      over.abort();
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
