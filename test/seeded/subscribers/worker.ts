import type { Random } from "../../simulation/world/random.ts";
import type { Offsets, ToldStream } from "../history.ts";
import type { Scene } from "../world/scene.ts";
import type { Hold, Subscription } from "./subscription.ts";

/** How long an answer may take, ms: longer than the cluster takes to give up an operation. */
const answerMs = 35_000;

/** The offsets of a wake when all of it is processed. */
export const whole = (streams: readonly ToldStream[]): Offsets =>
  Object.fromEntries(streams.map(({ path, tail }) => [path, tail]));

/** Processes wakes, and acknowledges them over a line of its own. */
export class Worker {
  /** The address of the cluster on its line. */
  readonly url: string;
  readonly #scene: Scene;
  readonly #subscription: Subscription;
  readonly #random: Random;
  /** The route of its acknowledgements. */
  readonly #route: "callback" | "ack";

  constructor(scene: Scene, subscription: Subscription, random: Random, url: string) {
    this.#scene = scene;
    this.#subscription = subscription;
    this.#random = random;
    this.url = url;
    this.#route = subscription.plan.type === "webhook" ? "callback" : "ack";
  }

  /** Processes a wake: at once, step by step, or not to the end. */
  async work(hold: Hold, streams: readonly ToldStream[]): Promise<void> {
    if (this.#scene.isHealed || this.#random.chance(this.#subscription.plan.diligence)) {
      await this.#finish(hold, streams);
    } else if (this.#random.chance(0.6)) {
      const { taken, offsets } = this.#part(streams);
      await this.#acknowledge(hold, { acks: taken }, offsets);
      if (this.#random.chance(0.5)) await this.#finish(hold, streams);
    } else if (this.#route === "ack" && this.#random.chance(0.5)) {
      await this.post("release", refOf(hold), hold.token);
    }
  }

  /** Acknowledges all, with a list or without. */
  async #finish(hold: Hold, streams: readonly ToldStream[]): Promise<void> {
    const offsets = whole(streams);
    const acks = this.#random.chance(0.5) ? { acks: acksOf(offsets) } : {};
    await this.#acknowledge(hold, { ...acks, done: true }, offsets);
  }

  /** Some of the streams, each up to some offset. */
  #part(streams: readonly ToldStream[]) {
    const some = streams.filter(() => this.#random.chance(0.7));
    const offsets = Object.fromEntries(
      some.map(({ path, acked, tail }) => [path, this.#random.between(acked, tail)]),
    );
    return { taken: acksOf(offsets), offsets };
  }

  async #acknowledge(hold: Hold, progress: object, offsets: Offsets): Promise<void> {
    const counted = this.#subscription.acknowledges(hold.generation, offsets);
    const answer = await this.post(this.#route, { ...refOf(hold), ...progress }, hold.token);
    if (answer?.status === 200) counted();
  }

  /** The answer; null: its effect is not known. */
  async post(
    route: string,
    value: unknown,
    token: string | null,
  ): Promise<{ readonly status: number; readonly text: string } | null> {
    const url = new URL(`${this.#subscription.path}/${route}`, this.url);
    const right = token === null ? {} : { Authorization: `Bearer ${token}` };
    const headers: Record<string, string> = { "Content-Type": "application/json", ...right };
    const signal = AbortSignal.any([AbortSignal.timeout(answerMs), this.#scene.over]);
    try {
      const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(value), signal });
      const answer = { status: response.status, text: await response.text() };
      this.#subscription.say(`${route}: ${answer.status} ${answer.text.slice(0, 100)}`);
      return answer.status >= 500 ? null : answer;
    } catch (error) {
      this.#subscription.say(`${route}: ${String((error as Error).cause ?? error)}`);
      return null;
    }
  }
}

const refOf = ({ wakeId, generation }: Hold) => ({ wake_id: wakeId, generation });

function acksOf(offsets: Offsets) {
  return Object.entries(offsets).map(([stream, seq]) => ({
    stream,
    offset: `${String(seq).padStart(16, "0")}_${"0".repeat(16)}`,
  }));
}
