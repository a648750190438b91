import { setTimeout } from "node:timers/promises";
import { Random } from "../../simulation/world/random.ts";
import { Marks, Trace } from "../../simulation/world/trace.ts";
import type { Append, Follow, SubscriptionHistory } from "../history.ts";
import { Line } from "./line.ts";
import type { Plan } from "./plan.ts";
import type { SeededCluster } from "./seeded-cluster.ts";
import { until } from "./until.ts";

/**
 * How long writers may take, and subscriptions once the faults are over, ms. If a deliverer was lost in the middle of a
 * write, an alarm continues its work within a minute.
 */
export const PATIENCE_MS = 90_000;

/** How long followers may take to come to the end, once the faults are over, ms. */
export const FOLLOWER_PATIENCE_MS = 30_000;

/** The run of one seed: its cluster, its clients' lines, and their notes. */
export class Scene {
  readonly plan: Plan;
  readonly cluster: SeededCluster;
  readonly trace = new Trace(true);
  readonly marks = new Marks();
  readonly appends: Append[] = [];
  readonly follows: Follow[] = [];
  readonly subscriptions: SubscriptionHistory[] = [];
  /** Batches that were answered or given up. */
  settled = 0;
  /** Whether writers pause. */
  isLull = false;
  /** Whether the faults are over. */
  isHealed = false;
  readonly #lines: Line[] = [];
  readonly #over = new AbortController();
  readonly #beganAt = performance.now();

  constructor(plan: Plan, cluster: SeededCluster) {
    this.plan = plan;
    this.cluster = cluster;
    const { writers, followers, subscriptions, faults } = plan;
    for (const one of [...writers, ...followers, ...subscriptions, ...faults])
      this.say(() => JSON.stringify(one));
    cluster.onLog = (message) => this.say(() => `the Worker: ${message}`);
  }

  /** Aborts when the clients must end. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  say(describe: () => string): void {
    this.trace.say(performance.now() - this.#beganAt, describe);
  }

  /** Waits, before each batch of a writer, for the end of a lull, and for a random pause of up to `ms`. */
  async pause(thinkMs: number): Promise<void> {
    await until(() => !this.isLull || this.over.aborted, PATIENCE_MS);
    await setTimeout(thinkMs);
  }

  /** A random source for each client, so that none depends on the timing of others. */
  randomOf(client: string): Random {
    const texts = [...client].reduce((hash, sign) => Math.imul(hash ^ sign.charCodeAt(0), 0x01000193), 1);
    return new Random(texts ^ this.plan.seed);
  }

  async lineOf(client: string): Promise<Line> {
    const onCut = (): void => {
      this.marks.count("line cut");
      this.say(() => `${client}: its line is cut`);
    };
    const address = () => (this.cluster.isRunning ? this.cluster.url : null);
    const line = new Line(this.randomOf(`the line of ${client}`), address, onCut);
    if (!this.plan.isRough || this.isHealed) line.calm();
    this.#lines.push(line);
    return line.start();
  }

  cutLines(): void {
    for (const line of this.#lines) line.cut();
  }

  heal(): void {
    this.isHealed = true;
    for (const line of this.#lines) line.calm();
  }

  /** Ends all clients, and then their lines. */
  async end(clients: readonly Promise<unknown>[]): Promise<void> {
    this.#over.abort();
    await Promise.all(clients);
    await Promise.all(this.#lines.map((line) => line.stop()));
  }
}
