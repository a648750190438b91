import type { Backing } from "./backing.ts";
import { delivered, failed, finished } from "./delivering.ts";
import type { Keyring } from "./keyring.ts";
import { type ChangedLogs, type KnownSubscription, mergedNews } from "./known.ts";
import type { Registry, RegistryParts } from "./registry.ts";
import { type Subscription, wakeRef } from "./state.ts";
import type { Streams } from "./streams.ts";
import { mintToken } from "./tokens.ts";
import { appendWakeEvent } from "./wake-event.ts";
import { isHeldBack, isToDeliver, looked } from "./waking.ts";
import { callWebhook, type DeliveryResult } from "./webhook.ts";
import { newWakeId } from "./workers.ts";
import type { Transition } from "./working.ts";

/** Longer than any delivery takes, ms. A delivery that is not over by then was lost with its object. */
const deliveryMsMax = 45_000;

/** The pause after a failure here, ms: most likely there is no leader. */
const againMs = 1_000;

/** What deliveries need beside the registry. */
export interface DeliveryParts {
  readonly backing: Backing;
  readonly streams: Streams;
  readonly keys: Keyring;
}

/**
 * Looks for work, wakes subscriptions that have some, and delivers the wakes, when the replicated state says that it is
 * due.
 */
export class Deliveries {
  readonly #registry: Registry;
  readonly #means: DeliveryParts;
  readonly #around: RegistryParts;

  constructor(registry: Registry, means: DeliveryParts, around: RegistryParts) {
    this.#registry = registry;
    this.#means = means;
    this.#around = around;
  }

  /** Does what is due for one subscription, and makes sure that the rest is done later. */
  async settle(known: KnownSubscription): Promise<void> {
    const now = this.#around.now();
    // An attempt that takes that long is lost. A late result of it is checked like any late news.
    if (known.deliveringUntil !== null && known.deliveringUntil <= now) known.deliveringUntil = null;
    try {
      await this.#look(known);
      this.#deliver(known);
      this.#registry.arm(known);
    } catch (error) {
      this.#postpone(known, error);
    }
  }

  /** Checks an idle subscription with news, and wakes it if there is work. */
  async #look(known: KnownSubscription): Promise<void> {
    let news: ChangedLogs = new Set();
    try {
      const isLooked = { now: false };
      await this.#registry.change(known.id, async (subscription, now) => {
        // A wake may have expired just now, or another step was faster. Then there is more to check.
        news = mergedNews(news, known.takeNews());
        isLooked.now = subscription.wake === null && !isHeldBack(subscription, now);
        if (!isLooked.now || !(await this.#mayHaveWork(subscription, news)))
          return { subscription, refusal: null };
        const look = await this.#means.streams.look(subscription, news);
        return { subscription: looked(subscription, look, newWakeId(), now), refusal: null };
      });
      if (isLooked.now) news = new Set();
    } finally {
      known.addNews(news);
    }
  }

  /**
   * A few streams can be checked faster than all of a subscription. If some had no room, a deleted stream may have made
   * room.
   */
  async #mayHaveWork(subscription: Subscription, news: ChangedLogs): Promise<boolean> {
    if (news === "all" || (subscription.lacksRoom && news.size > 0)) return true;
    return news.size > 0 && this.#means.streams.havePending(subscription, news);
  }

  /** No request waits for a delivery. It may take long, and its result is another step. */
  #deliver(known: KnownSubscription): void {
    const { subscription } = known.stored;
    const now = this.#around.now();
    if (known.deliveringUntil !== null || !isToDeliver(subscription, now)) return;
    const until = now + deliveryMsMax;
    known.deliveringUntil = until;
    const over = (): void => {
      if (known.deliveringUntil === until) known.deliveringUntil = null;
    };
    void this.#attempt(subscription).then(
      () => {
        over();
        this.#registry.arm(known);
      },
      (error: unknown) => {
        over();
        this.#postpone(known, error);
      },
    );
  }

  async #attempt(subscription: Subscription): Promise<void> {
    const ref = wakeRef(subscription);
    if (ref === null) return;
    const result = await this.#send(subscription);
    await this.#registry.change(subscription.id, (current, now) => {
      if (result === "taken") return unrefused(delivered(current, ref));
      if (result === "done") return unrefused(finished(current, ref));
      return unrefused(failed(current, ref, now, this.#around.random()));
    });
  }

  async #send(subscription: Subscription): Promise<DeliveryResult> {
    const { backing, keys } = this.#means;
    if (subscription.configuration.type === "pull-wake") return appendWakeEvent(backing, subscription);
    const now = this.#around.now();
    const token = await mintToken(subscription, await keys.secret());
    return callWebhook(subscription, token, await keys.signing(), now);
  }

  #postpone(known: KnownSubscription, error: unknown): void {
    console.error(`the subscription ${known.id} must wait:`, error);
    this.#around.arm(this.#around.now() + againMs);
  }
}

function unrefused(subscription: Subscription): Transition {
  return { subscription, refusal: null };
}
