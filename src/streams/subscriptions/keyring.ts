import type { Document } from "../../log/view.ts";
import type { Documents } from "./documents.ts";
import {
  decodeRing,
  dueStep,
  encodeRing,
  firstRing,
  type KeyRing,
  promoted,
  publicKeysOf,
  published,
} from "./key-rotation.ts";
import { newKey, newSecret, publishedKey, type SigningKey, signingKeyOf } from "./keys.ts";

const SIGNING_KEYS = "key:signing";
const TOKEN_SECRET = "key:tokens";

/** How long keys are used without another look at them, ms: others may have turned the ring. */
const freshMs = 60_000;

/** The public keys, first that which signs; none before there was a webhook. Makes no key: who asks may be anybody. */
export async function publicKeys(documents: Documents, now: number) {
  const document = await documents.get(SIGNING_KEYS);
  if (document === null) return [];
  return Promise.all(publicKeysOf(decodeRing(document), document.timestamp, now).map(publishedKey));
}

/** The keys of a cluster's subscriptions, read or made when they are needed, and turned when it is time. */
export class Keyring {
  readonly #documents: Documents;
  readonly #now: () => number;
  #signing: { readonly key: SigningKey; readonly readAt: number } | null = null;
  #revocations = 0;
  #secret: string | null = null;

  /** `now`: ms since the epoch, of whoever signs. */
  constructor(documents: Documents, now: () => number) {
    this.#documents = documents;
    this.#now = now;
  }

  /** The key that signs webhooks now. */
  async signing(): Promise<SigningKey> {
    const readAt = this.#now();
    if (this.#signing !== null && readAt < this.#signing.readAt + freshMs) return this.#signing.key;
    const revocations = this.#revocations;
    const { active } = await this.#ring();
    const key = await signingKeyOf(active);
    // What was read before a revocation may be the key that leaked.
    if (revocations !== this.#revocations) return this.signing();
    this.#signing = { key, readAt };
    return key;
  }

  /** What the tokens of workers are signed with; made on first use, and known to nobody else. */
  async secret(): Promise<string> {
    this.#secret ??= await this.#tokenSecret();
    return this.#secret;
  }

  /** Another key signs from now on, and none of before is published any more. Without a key there is nothing to do. */
  async revoke(): Promise<void> {
    for (;;) {
      const document = await this.#documents.get(SIGNING_KEYS);
      if (document === null || (await this.#put(firstRing(await newKey()), document))) break;
    }
    this.#signing = null;
    this.#revocations += 1;
  }

  /** The ring, as it is to be by now. Of several that make it or turn it at once, all get that of the first. */
  async #ring(): Promise<KeyRing> {
    for (;;) {
      const document = await this.#documents.get(SIGNING_KEYS);
      if (document === null) {
        const first = firstRing(await newKey());
        if (await this.#put(first, null)) return first;
      } else {
        const turned = await this.#turned(document);
        if (turned === null) return decodeRing(document);
        if (await this.#put(turned, document)) return turned;
      }
    }
  }

  /** Null where it is as it is to be. */
  async #turned(document: Document): Promise<KeyRing | null> {
    const ring = decodeRing(document);
    switch (dueStep(ring, document.timestamp, await this.#documents.time())) {
      case "publish":
        return published(ring, await newKey());
      case "promote":
        return promoted(ring);
      case null:
        return null;
    }
  }

  /** False where somebody else was faster. */
  async #put(ring: KeyRing, before: Document | null): Promise<boolean> {
    return (await this.#documents.put(SIGNING_KEYS, encodeRing(ring), before?.version ?? 0)) !== null;
  }

  async #tokenSecret(): Promise<string> {
    const there = await this.#documents.get(TOKEN_SECRET);
    if (there !== null) return new TextDecoder().decode(there.value);
    const secret = newSecret();
    const version = await this.#documents.put(TOKEN_SECRET, new TextEncoder().encode(secret), 0);
    return version === null ? this.#tokenSecret() : secret;
  }
}
