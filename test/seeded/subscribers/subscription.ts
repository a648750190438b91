import { requestJson } from "../../../scripts/files/http.ts";
import { seqOf } from "../followers/offsets.ts";
import type { Offsets, SubscriptionHistory, ToldStream } from "../history.ts";
import { patternOf } from "../world/draw-plan.ts";
import type { SubscriptionPlan } from "../world/plan.ts";
import type { Scene } from "../world/scene.ts";

/** A stream in a wake or a claim. */
export interface StreamInfo {
  readonly path: string;
  readonly acked_offset: string;
  readonly tail_offset: string;
}

/** The wake of a worker, and its token. */
export interface Hold {
  readonly wakeId: string;
  readonly generation: number;
  readonly token: string;
}

/** One subscription, for its workers, and their notes. */
export class Subscription {
  readonly plan: SubscriptionPlan;
  readonly history: SubscriptionHistory;
  readonly #scene: Scene;
  /** The newest wake that was reported. */
  #newest = 0;

  constructor(scene: Scene, plan: SubscriptionPlan) {
    this.#scene = scene;
    this.plan = plan;
    const streams = scene.plan.logs.map(({ name }) => name);
    this.history = { id: plan.id, events: [], streams, announced: null };
    scene.subscriptions.push(this.history);
  }

  get path(): string {
    return `/v1/stream/__ds/subscriptions/${this.plan.id}`;
  }

  get wakeStream(): string {
    return `${this.plan.id}-wakes`;
  }

  /** Creates it before anything is appended, so that each cursor begins at the beginning of its stream. */
  async make(webhookUrl: string | null): Promise<void> {
    const { type, isExplicit, leaseMs } = this.plan;
    const which = isExplicit ? { streams: this.history.streams } : { pattern: patternOf(this.#scene.plan) };
    const whom = webhookUrl === null ? { wake_stream: this.wakeStream } : { webhook: { url: webhookUrl } };
    const body = JSON.stringify({ type, ...which, ...whom, lease_ttl_ms: leaseMs });
    const headers = { "Content-Type": "application/json" };
    await requestJson(new URL(this.path, this.#scene.cluster.url), { method: "PUT", headers, body });
  }

  /** A worker learns of a wake. */
  told(generation: number, wakeId: string, infos: readonly StreamInfo[]): readonly ToldStream[] {
    const streams = infos.map((info) => ({
      path: info.path,
      acked: seqOf(info.acked_offset),
      tail: seqOf(info.tail_offset),
    }));
    this.#newest = Math.max(this.#newest, generation);
    this.history.events.push({ kind: "told", generation, wakeId, streams });
    const pending = streams.filter(({ acked, tail }) => tail > acked);
    this.say(`wake ${generation}: ${pending.map(({ path, acked, tail }) => `${path} ${acked}-${tail}`)}`);
    return streams;
  }

  /** Call before an acknowledgement is sent. Returns a function to call once it was accepted. */
  acknowledges(generation: number, offsets: Offsets): () => void {
    const isLate = this.#newest > generation;
    this.history.events.push({ kind: "acknowledges", generation, offsets });
    return () => this.history.events.push({ kind: "counted", generation, offsets, isLate });
  }

  /** Reads the cursors. */
  async show(): Promise<Offsets> {
    const { streams } = await requestJson<{ readonly streams: readonly StreamInfo[] }>(
      new URL(this.path, this.#scene.cluster.url),
    );
    const offsets = Object.fromEntries(streams.map((info) => [info.path, seqOf(info.acked_offset)]));
    this.history.events.push({ kind: "shown", offsets });
    return offsets;
  }

  say(what: string): void {
    this.#scene.say(() => `${this.plan.id}: ${what}`);
  }
}
