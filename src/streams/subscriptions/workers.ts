import type { z } from "@hono/zod-openapi";
import type { Keyring } from "./keyring.ts";
import type { Look } from "./links.ts";
import {
  type AckOperation,
  noContent,
  notFound,
  type Operation,
  type OperationReply,
  type ReleaseOperation,
  refusalReply,
} from "./operation.ts";
import type { ackOutput, claimOutput } from "./output.ts";
import type { Registry } from "./registry.ts";
import type { Subscription } from "./state.ts";
import type { Streams } from "./streams.ts";
import { mintToken, tokenFault } from "./tokens.ts";
import { currentStreams } from "./view.ts";
import { acked, claimed, released, type Transition, wrongType } from "./working.ts";

type ClaimOperation = Extract<Operation, { readonly kind: "claim" }>;

const noLook: Look = { ends: new Map(), found: [], isWhole: false };

/** The requests of workers: to claim work, to acknowledge or prolong it, and to release it (Durable Streams §7). */
export class Workers {
  readonly #registry: Registry;
  readonly #streams: Streams;
  readonly #keys: Keyring;

  constructor(registry: Registry, streams: Streams, keys: Keyring) {
    this.#registry = registry;
    this.#streams = streams;
    this.#keys = keys;
  }

  /** Leases the wake in flight, or a new one, to a worker (§7.2). */
  async claim({ id, worker }: ClaimOperation): Promise<OperationReply> {
    let look = noLook;
    const transition = await this.#registry.change(id, async (subscription, now) => {
      look = subscription.wake?.lease ? noLook : await this.#lookAll(subscription);
      return claimed(subscription, worker, look, newWakeId(), now);
    });
    if (transition?.refusal === null) return this.#claimReply(transition.subscription, look);
    return refusalReply(transition?.refusal ?? notFound(id));
  }

  /** Moves cursors, and prolongs or ends the lease (§7.1, §7.2). */
  async ack({ kind, id, token, ref, ...progress }: AckOperation): Promise<OperationReply> {
    const { acks, isDone } = progress;
    const type = kind === "callback" ? "webhook" : "pull-wake";
    const transition = await this.#registry.change(id, async (subscription, now) => {
      if (subscription.configuration.type !== type) return wrongType(subscription);
      const fault = await tokenFault(token, await this.#keys.secret(), subscription, ref);
      if (fault !== null) return { subscription, refusal: fault };
      const look = acks.length === 0 && !isDone ? noLook : await this.#lookAll(subscription);
      return acked(subscription, ref, progress, look, newWakeId(), now);
    });
    return replyOf(id, transition, ({ wake }) => {
      const body: z.infer<typeof ackOutput> = { ok: true, next_wake: isDone && wake !== null };
      return { status: 200, body };
    });
  }

  /** Releases a claimed wake (§7.2). */
  async release({ id, token, ref }: ReleaseOperation): Promise<OperationReply> {
    const transition = await this.#registry.change(id, async (subscription, now) => {
      const fault = await tokenFault(token, await this.#keys.secret(), subscription, ref);
      if (fault !== null) return { subscription, refusal: fault };
      return released(subscription, ref, await this.#lookAll(subscription), newWakeId(), now);
    });
    return replyOf(id, transition, () => noContent);
  }

  async #claimReply(subscription: Subscription, { ends }: Look): Promise<OperationReply> {
    const { generation, wake, configuration } = subscription;
    if (wake === null) throw new Error("a claim has no wake");
    const token = await mintToken(subscription, await this.#keys.secret());
    const streams = currentStreams(subscription, ends);
    const { leaseTtlMs: lease_ttl_ms } = configuration;
    const body: z.infer<typeof claimOutput> = { wake_id: wake.id, generation, token, streams, lease_ttl_ms };
    return { status: 200, body };
  }

  /** Includes streams that have news and are not linked yet. They stay news until the subscription is idle again. */
  #lookAll(subscription: Subscription): Promise<Look> {
    return this.#streams.look(subscription, this.#registry.find(subscription.id)?.news ?? new Set());
  }
}

/** Unique for ever, and can't be guessed. */
export function newWakeId(): string {
  return `w_${crypto.randomUUID()}`;
}

function replyOf(
  id: string,
  transition: Transition | null,
  accept: (subscription: Subscription) => OperationReply,
): OperationReply {
  if (transition === null) return refusalReply(notFound(id));
  const { subscription, refusal: why } = transition;
  return why === null ? accept(subscription) : refusalReply(why);
}
