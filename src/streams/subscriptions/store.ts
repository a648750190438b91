import { CodecError } from "../../log/codec-error.ts";
import { pack, unpack } from "../../log/packed.ts";
import { SUBSCRIPTION_PREFIX } from "../../log/reserved.ts";
import type { Document } from "../../log/view.ts";
import type { Documents } from "./documents.ts";
import type { Subscription } from "./state.ts";

/** A subscription as it is replicated, and what its next write expects. */
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

  /** Null where there is none of this id. */
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

/** A map, so that a version may add a member and the one before ignores it; behind it, what makes each value another. */
function encodeSubscription(subscription: Subscription): Uint8Array {
  return pack([subscription, crypto.randomUUID()]);
}

/** What `encodeSubscription` was given. Throws `CodecError`. */
function decodeSubscription(value: Uint8Array): Subscription {
  const [subscription] = unpack(value);
  if (typeof subscription === "object" && subscription !== null && "incarnation" in subscription)
    // Those that an earlier version has written do not say whether they lack room.
    return { lacksRoom: false, ...subscription } as Subscription;
  throw new CodecError("a document is no subscription");
}

function toStored({ value, version }: Document): Stored {
  return { subscription: decodeSubscription(value), version };
}

function keyOf(id: string): string {
  return SUBSCRIPTION_PREFIX + id;
}
