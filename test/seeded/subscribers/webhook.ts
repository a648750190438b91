import type { Random } from "../../simulation/world/random.ts";
import { done, type Notification, type Reaction, Receiver } from "../../streams/subscriptions/receiver.ts";
import type { ToldStream } from "../history.ts";
import type { Scene } from "../world/scene.ts";
import type { StreamInfo, Subscription } from "./subscription.ts";
import { Worker, whole } from "./worker.ts";

/** The most calls in a row that fail, because each time the next one comes twice as late. */
const failuresMax = 2;

/** A webhook that acknowledges at once or by the callback, fails, hangs, or dies in the middle of its answer. */
export class Webhook {
  readonly receiver = new Receiver((notification) => this.#react(notification));
  readonly #scene: Scene;
  readonly #subscription: Subscription;
  readonly #random: Random;
  readonly #worker: Worker;
  #failures = 0;

  constructor(scene: Scene, subscription: Subscription, url: string) {
    const random = scene.randomOf(subscription.plan.id);
    this.#scene = scene;
    this.#subscription = subscription;
    this.#random = random;
    this.#worker = new Worker(scene, subscription, random, url);
  }

  #react({ body }: Notification): Reaction | null {
    const { generation, wake_id: wakeId, callback_token: token } = body;
    const infos = body.streams as unknown as readonly StreamInfo[];
    const streams = this.#subscription.told(generation, wakeId, infos);
    const isGood = this.#scene.isHealed || this.#random.chance(this.#subscription.plan.diligence);
    if (!isGood && this.#failures < failuresMax) return this.#fail(generation, streams);
    this.#failures = 0;
    if (this.#scene.isHealed || this.#random.chance(0.5)) return this.#done(generation, streams);
    void this.#worker.work({ wakeId, generation, token }, streams);
    return {};
  }

  #done(generation: number, streams: readonly ToldStream[]): Reaction {
    this.#subscription.acknowledges(generation, whole(streams));
    return done;
  }

  #fail(generation: number, streams: readonly ToldStream[]): Reaction | null {
    this.#failures += 1;
    const how = this.#random.pick(["fails", "hangs", "dies", "dies, done"] as const);
    this.#scene.marks.count(`webhook ${how}`);
    this.#subscription.say(`the webhook ${how}`);
    switch (how) {
      case "fails":
        return { status: 500 };
      case "hangs":
        return null;
      case "dies":
        return { isCut: true, body: '{"done":' };
      case "dies, done":
        return { ...this.#done(generation, streams), isCut: true };
    }
  }
}
