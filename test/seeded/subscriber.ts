import { vi } from "vitest";
import { requestJson } from "../../scripts/files/http.ts";
import { appendText } from "../cluster/requests.ts";
import type { Random } from "../simulation/world/random.ts";
import { done, type Notification, type Reaction, Receiver } from "../streams/subscriptions/receiver.ts";
import { type Ground, pause } from "./ground.ts";
import { type End, judgeWebhook } from "./webhook-oracle.ts";

/** The shortest that a wake may have, ms: a call that is not answered is repeated after it. */
const leaseMs = 1_000;
const streamsCount = 3;
const appendsCount = 40;
/** Calls, every second of which may fail: after several failures in a row the next call would come too late. */
const reactionsCount = 40;

const json = { "Content-Type": "application/json" };

/** The records before an offset: the first of its two numbers. */
const recordsBefore = (offset: unknown): number =>
  offset === "-1" ? 0 : Number(String(offset).split("_")[0]);

/** A webhook that answers, fails or is silent, as the seed draws, and what it is told of some streams. */
export class Subscriber {
  readonly #ground: Ground;
  readonly #reactions: readonly (Reaction | null)[];
  readonly #receiver = new Receiver();
  readonly #names: readonly string[];
  readonly #random: Random;

  constructor(ground: Ground, random: Random) {
    this.#ground = ground;
    this.#random = random;
    const drawn = Array.from({ length: reactionsCount / 2 }, () => [
      random.pick([done, { status: 500 }, null]),
      done,
    ]);
    this.#reactions = drawn.flat();
    this.#names = Array.from({ length: streamsCount }, (_, i) => `hooked-${ground.log}/${i}`);
  }

  /** Subscribes, appends, and waits until all is acknowledged, for `patienceMs` at most. */
  async run(patienceMs: number): Promise<readonly string[]> {
    await this.#receiver.start();
    this.#receiver.reactions.push(...this.#reactions);
    try {
      await this.#subscribe();
      await this.#append();
      const isOver = (ends: readonly End[]): boolean => ends.every(({ acked, tail }) => acked === tail);
      const ends = await vi
        .waitUntil(() => this.#ends().then((all) => isOver(all) && all), {
          ...{ timeout: patienceMs, interval: 100 },
        })
        .catch(() => this.#ends());
      return judgeWebhook(
        this.#receiver.received.map((call, i) => this.#callOf(call, i)),
        ends,
      );
    } finally {
      await this.#receiver.stop();
    }
  }

  #url(path: string): URL {
    return new URL(`/v1/stream/${path}`, this.#ground.url());
  }

  async #subscribe(): Promise<void> {
    const pattern = `hooked-${this.#ground.log}/**`;
    const body = { type: "webhook", pattern, webhook: { url: this.#receiver.url }, lease_ttl_ms: leaseMs };
    const init = { method: "PUT", headers: json, body: JSON.stringify(body) };
    await requestJson(this.#url(`__ds/subscriptions/${this.#ground.log}`), init);
  }

  async #append(): Promise<void> {
    const { url } = this.#ground;
    for (const name of this.#names)
      await requestJson(new URL(`/v1/logs/${encodeURIComponent(name)}`, url()), { method: "PUT" });
    const seqs = this.#names.map(() => 0);
    for (let i = 0; i < appendsCount; i += 1) {
      const at = this.#random.below(streamsCount);
      const producer = { id: "hooked", seq: seqs[at] ?? 0 };
      await appendText(url(), encodeURIComponent(this.#names[at] ?? ""), "x", producer);
      seqs[at] = producer.seq + 1;
      await pause();
    }
  }

  async #ends(): Promise<readonly End[]> {
    const { streams } = await requestJson<{
      readonly streams: readonly { readonly path: string; readonly acked_offset: string }[];
    }>(this.#url(`__ds/subscriptions/${this.#ground.log}`));
    return Promise.all(
      this.#names.map(async (path) => {
        const address = new URL(`/v1/logs/${encodeURIComponent(path)}`, this.#ground.url());
        const { tail } = await requestJson<{ readonly tail: number }>(address);
        const shown = streams.find((stream) => stream.path === path);
        return { path, tail, acked: recordsBefore(shown?.acked_offset ?? "-1") };
      }),
    );
  }

  #callOf({ body }: Notification, i: number) {
    const reaction = this.#reactions[Math.min(i, this.#reactions.length - 1)];
    const streams = body.streams.map(({ path, acked_offset, tail_offset }) => ({
      ...{ path: String(path), acked: recordsBefore(acked_offset), tail: recordsBefore(tail_offset) },
    }));
    return { generation: body.generation, streams, isDone: reaction === done };
  }
}
