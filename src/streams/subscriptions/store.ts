import { CodecError } from "../../log/codec-error.ts";
import { pack, unpack } from "../../log/packed.ts";
import { SUBSCRIPTION_PREFIX } from "../../log/reserved.ts";
import type { Document } from "../../log/view.ts";
import type { Documents } from "./documents.ts";
import type { Subscription } from "./state.ts";

/** A replicated subscription, and the version that its next write expects. */
export interface Stored {
  readonly subscription: Subscription;
  readonly version: number;
}

/** The subscriptions of one cluster, as documents. */
export class Store {
  readonly #documents: Documents;

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  async all(): Promise<readonly Stored[]> {
    return (await this.#documents.all(SUBSCRIPTION_PREFIX)).map(toStored);
  }

  /** Null if there is none with this id. */
  async get(id: string): Promise<Stored | null> {
    const document = await this.#documents.get(keyOf(id));
    return document === null ? null : toStored(document);
  }

  /** As `Documents.put`. */
  put(subscription: Subscription, expectedVersion: number): Promise<number | null> {
    return this.#documents.put(keyOf(subscription.id), encodeSubscription(subscription), expectedVersion);
  }

  /** As `Documents.put`. */
  delete(id: string, expectedVersion: number): Promise<number | null> {
    return this.#documents.put(keyOf(id), null, expectedVersion);
  }
}

/**
 * A map, so that a version can add a member and the previous one ignores it. After it, a unique part that makes each
 * value different.
 */
function encodeSubscription(subscription: Subscription): Uint8Array {
  return pack([subscription, crypto.randomUUID()]);
}

/** Decodes what `encodeSubscription` gave. Throws `CodecError`. */
function decodeSubscription(value: Uint8Array): Subscription {
  const [subscription] = unpack(value);
  if (typeof subscription === "object" && subscription !== null && "incarnation" in subscription)
    // An earlier version did not store whether there is room.
    return { lacksRoom: false, ...subscription } as Subscription;
  throw new CodecError("a document is not a subscription");
}

function toStored({ value, version }: Document): Stored {
  return { subscription: decodeSubscription(value), version };
}

function keyOf(id: string): string {
  return SUBSCRIPTION_PREFIX + id;
}
