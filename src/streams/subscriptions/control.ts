import { configurationHash, LINKS_MAX } from "./configuration.ts";
import { firstLinks, linked, unlinked } from "./links.ts";
import { noContent, notFound, type Operation, type OperationReply, refusalReply } from "./operation.ts";
import { refusal, type SubscriptionRefusal } from "./refusal.ts";
import { busy, type Registry } from "./registry.ts";
import type { Subscription, SubscriptionConfiguration } from "./state.ts";
import type { Streams } from "./streams.ts";

/** Subscriptions of one cluster, at most: one object has all of them in memory. */
const SUBSCRIPTIONS_MAX = 1_000;

/** How often a creation is tried if another writer was faster. */
const attemptsMax = 10;

interface Made {
  readonly subscription: Subscription;
  readonly isNew: boolean;
}

type PutOperation = Extract<Operation, { readonly kind: "put" }>;

/** Creates and ends subscriptions, and links their streams (Durable Streams §6). */
export class Control {
  readonly #registry: Registry;
  readonly #streams: Streams;
  readonly #now: () => number;

  constructor(registry: Registry, streams: Streams, now: () => number) {
    this.#registry = registry;
    this.#streams = streams;
    this.#now = now;
  }

  /** Returns the subscription and whether it is new, or a refusal (§6.2). Throws the problem `busy`. */
  async put(operation: PutOperation): Promise<Made | SubscriptionRefusal> {
    const hash = await configurationHash(operation.configuration);
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      const result = this.#there(operation.id, hash) ?? (await this.#make(operation, hash));
      if (result !== null) return result;
    }
    throw busy();
  }

  #there(id: string, hash: string): Made | SubscriptionRefusal | null {
    const there = this.#registry.find(id)?.stored.subscription;
    if (there === undefined) return null;
    return there.configurationHash === hash ? { subscription: there, isNew: false } : exists(id);
  }

  /** Null if another writer was faster. */
  async #make(operation: PutOperation, hash: string): Promise<Made | SubscriptionRefusal | null> {
    if (this.#registry.all().length >= SUBSCRIPTIONS_MAX) return tooMany();
    const links = await this.#firstLinks(operation.configuration);
    if (links.length > LINKS_MAX) return tooManyStreams();
    const subscription = this.#fresh(operation, hash, links);
    if (!(await this.#registry.add(subscription))) return null;
    this.#lookSoon(operation.id);
    return { subscription, isNew: true };
  }

  async delete(id: string): Promise<OperationReply> {
    await this.#registry.remove(id);
    return noContent;
  }

  /** Links more streams, at their tails (§6.4). */
  async link(id: string, paths: readonly string[]): Promise<OperationReply> {
    const transition = await this.#registry.change(id, async (subscription) => {
      const after = linked(subscription, paths, await this.#streams.ends(paths));
      if (paths.includes(subscription.configuration.wakeStream ?? ""))
        return {
          subscription,
          refusal: refusal("INVALID_REQUEST", "Its own wake stream would wake it."),
        };
      return after.links.length > LINKS_MAX
        ? { subscription, refusal: tooManyStreams() }
        : { subscription: after, refusal: null };
    });
    // Records that were appended after the tail was read, and before the link, have woken no subscriber.
    this.#lookSoon(id);
    return replyOf(id, transition);
  }

  async unlink(id: string, path: string): Promise<OperationReply> {
    const transition = await this.#registry.change(id, (subscription) => ({
      subscription: unlinked(subscription, path),
      refusal: null,
    }));
    if (transition?.subscription.lacksRoom) this.#lookSoon(id);
    return replyOf(id, transition);
  }

  async #firstLinks(configuration: SubscriptionConfiguration) {
    const found = await this.#streams.matching(configuration);
    return firstLinks(configuration, {
      found,
      ends: await this.#streams.ends([...new Set([...configuration.streams, ...found])]),
    });
  }

  #fresh(
    { id, configuration, streamRoot }: PutOperation,
    hash: string,
    links: Subscription["links"],
  ): Subscription {
    return {
      ...{ id, incarnation: crypto.randomUUID(), configuration, configurationHash: hash, streamRoot, links },
      ...{ createdAt: this.#now(), lacksRoom: false, generation: 0, wake: null, retry: null },
    };
  }

  #lookSoon(id: string): void {
    const known = this.#registry.find(id);
    known?.addNews("all");
    if (known !== null) this.#registry.arm(known);
  }
}

function replyOf(
  id: string,
  transition: { readonly refusal: SubscriptionRefusal | null } | null,
): OperationReply {
  const why = transition === null ? notFound(id) : transition.refusal;
  return why === null ? noContent : refusalReply(why);
}

function exists(id: string): SubscriptionRefusal {
  return refusal("SUBSCRIPTION_ALREADY_EXISTS", `The subscription ${id} has another configuration.`);
}

function tooMany(): SubscriptionRefusal {
  return refusal("TOO_MANY_SUBSCRIPTIONS", `A cluster has at most ${SUBSCRIPTIONS_MAX} subscriptions.`);
}

function tooManyStreams(): SubscriptionRefusal {
  return refusal("INVALID_REQUEST", `A subscription has at most ${LINKS_MAX} streams.`);
}
