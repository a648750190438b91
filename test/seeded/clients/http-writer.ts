import { setTimeout } from "node:timers/promises";
import type { Random } from "../../simulation/world/random.ts";
import type { Append, Attempt } from "../history.ts";
import type { WriterPlan } from "../world/plan.ts";
import type { Scene } from "../world/scene.ts";
import { BEYOND, drawBatches } from "./batches.ts";
import { type Face, nativeFace, streamsFace } from "./faces.ts";
import { attemptOf } from "./refusals.ts";

const retryMs = 50;
/** Longer than the cluster takes to give up an append, ms. */
const answerMs = 20_000;

/**
 * Appends batch after batch over HTTP, by the native API or that of Durable Streams. A producer repeats a request until
 * it has an answer.
 */
export class HttpWriter {
  readonly #scene: Scene;
  readonly #plan: WriterPlan;
  readonly #random: Random;
  readonly #face: Face;

  constructor(scene: Scene, plan: WriterPlan) {
    this.#scene = scene;
    this.#plan = plan;
    this.#random = scene.randomOf(plan.name);
    this.#face = plan.form === "stream" ? streamsFace : nativeFace;
  }

  async run(): Promise<void> {
    const line = await this.#scene.lineOf(this.#plan.name);
    let seq = 0;
    for (const append of drawBatches(this.#scene, this.#plan, this.#random)) {
      if (this.#scene.over.aborted) return;
      await this.#scene.pause(this.#random.between(0, this.#plan.thinkMsMax));
      const doom = append.isDoomed ? this.#face.doom(this.#plan.name, BEYOND) : { query: "", headers: {} };
      const producer = append.isNumbered ? producerHeaders(this.#plan.name, seq++) : {};
      const request = {
        url: new URL(`${this.#face.path(append.log)}${doom.query}`, line.url),
        headers: { ...producer, ...doom.headers },
      };
      await this.#append(append, request);
      this.#scene.settled += 1;
    }
  }

  async #append(append: Append, request: Request): Promise<void> {
    for (;;) {
      const attempt = await this.#attempt(append, request);
      append.attempts.push(attempt);
      if (attempt.kind === "acknowledged" || !append.isNumbered || this.#scene.over.aborted) return;
      await setTimeout(retryMs);
    }
  }

  async #attempt({ records }: Append, { url, headers }: Request): Promise<Attempt> {
    const { body, type } = this.#face.body(records, this.#plan.log.kind);
    const signal = AbortSignal.any([AbortSignal.timeout(answerMs), this.#scene.over]);
    try {
      const init = { method: "POST", headers: { "Content-Type": type, ...headers }, body, signal };
      const response = await fetch(url, init);
      const text = await response.text();
      if (response.ok)
        return { kind: "acknowledged", start: this.#face.start(response, text, records.length) };
      const attempt = attemptOf(JSON.parse(text));
      this.#scene.say(() => `${this.#plan.name}: ${response.status} ${text.slice(0, 120)}`);
      return attempt;
    } catch (error) {
      this.#scene.say(() => `${this.#plan.name}: ${String((error as Error).cause ?? error)}`);
      return { kind: "unknown", why: "no answer" };
    }
  }
}

interface Request {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

function producerHeaders(id: string, seq: number): Readonly<Record<string, string>> {
  return { "Producer-Id": id, "Producer-Epoch": "0", "Producer-Seq": String(seq) };
}
