import { setTimeout } from "node:timers/promises";
import type { Random } from "../../simulation/world/random.ts";
import type { FinalLogs, Follow, Seen } from "../history.ts";
import type { FollowerForm, FollowerPlan } from "../world/plan.ts";
import { PATIENCE_MS, type Scene } from "../world/scene.ts";
import { until } from "../world/until.ts";
import type { Connect, Notes } from "./form.ts";
import { followEvents, followPages } from "./native-http.ts";
import { followSockets } from "./sockets.ts";
import { followStreamEvents, followStreamPolls } from "./streams.ts";

const retryMs = 20;

const forms: Readonly<Record<FollowerForm, (plan: FollowerPlan, notes: Notes) => Connect>> = {
  socket: followSockets,
  session: followSockets,
  events: followEvents,
  poll: followPages,
  "stream-events": followStreamEvents,
  "stream-poll": followStreamPolls,
};

/** Follows a log through all losses of its connections, and leaves some of them by itself. */
export class Follower implements Notes {
  readonly follow: Follow;
  readonly #scene: Scene;
  readonly #plan: FollowerPlan;
  readonly #random: Random;
  /** Records until the connection is left. */
  #leavesAfter = Number.POSITIVE_INFINITY;
  #connection = new AbortController();

  constructor(scene: Scene, plan: FollowerPlan) {
    this.#scene = scene;
    this.#plan = plan;
    this.#random = scene.randomOf(plan.name);
    this.follow = {
      follower: plan.name,
      log: plan.log.name,
      from: null,
      seen: [],
      isEnded: false,
      faults: [],
    };
    scene.follows.push(this.follow);
  }

  /** Runs until the scene is over, or the end of the log was reported. */
  async run(): Promise<void> {
    const { over } = this.#scene;
    await until(() => this.#scene.settled >= this.#plan.joinsAt || over.aborted, PATIENCE_MS);
    const line = await this.#scene.lineOf(this.#plan.name);
    const connect = forms[this.#plan.form](this.#plan, this);
    while (!this.follow.isEnded && !over.aborted) {
      this.#scene.marks.count(`connection (${this.#plan.form})`);
      await this.#connect(connect, line.url);
      await setTimeout(retryMs);
    }
  }

  /** Whether it has come to the end, even if it missed something on the way. */
  isAtEnd(logs: FinalLogs): boolean {
    const texts = logs.get(this.#plan.log.name) ?? [];
    const { from, seen, isEnded } = this.follow;
    const hasLast = from === texts.length || seen.at(-1)?.text === texts.at(-1);
    return hasLast && isEnded === this.#plan.log.closes;
  }

  async #connect(connect: Connect, url: string): Promise<void> {
    this.#connection = new AbortController();
    this.#leavesAfter = this.#drawLeaving();
    const before = this.follow.seen.length;
    let why = "the connection ended";
    try {
      await connect(url, AbortSignal.any([this.#connection.signal, this.#scene.over]));
    } catch (error) {
      why = String((error as Error).cause ?? error);
    }
    const { from, seen, isEnded } = this.follow;
    const how = isEnded ? "heard the end" : this.#connection.signal.aborted ? "left" : why;
    this.#scene.say(
      () => `${this.#plan.name}: ${how}, ${seen.length - before} records, next ${(from ?? 0) + seen.length}`,
    );
  }

  #drawLeaving(): number {
    const { leavesAfterMax } = this.#plan;
    const isLeaving = leavesAfterMax !== null && !this.#scene.isHealed;
    return isLeaving ? this.#random.between(1, leavesAfterMax) : Number.POSITIVE_INFINITY;
  }

  begins(seq: number): void {
    this.follow.from = seq;
  }

  see(record: Seen): void {
    this.follow.seen.push(record);
    this.#leavesAfter -= 1;
    if (this.#leavesAfter === 0) this.#connection.abort();
  }

  ends(): void {
    this.follow.isEnded = true;
    this.#connection.abort();
  }

  fault(what: string): void {
    this.follow.faults.push(what);
  }
}
