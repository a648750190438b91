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

/** How long keys are used before they are read again, ms, because another instance may have rotated them. */
const freshMs = 60_000;

/** The public keys, the signing one first; none before the first webhook. Creates no key, because anyone may ask. */
export async function publicKeys(documents: Documents, now: number) {
  const document = await documents.get(SIGNING_KEYS);
  if (document === null) return [];
  return Promise.all(publicKeysOf(decodeRing(document), document.timestamp, now).map(publishedKey));
}

/** The keys of a cluster's subscriptions, read or created when they are needed, and rotated when it is time. */
export class Keyring {
  readonly #documents: Documents;
  readonly #now: () => number;
  #signing: { readonly key: SigningKey; readonly readAt: number } | null = null;
  #revocations = 0;
  #secret: string | null = null;

  /** `now`: ms since the epoch, on the clock of the signer. */
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
    // A key that was read before a revocation may be the leaked one.
    if (revocations !== this.#revocations) return this.signing();
    this.#signing = { key, readAt };
    return key;
  }

  /** The secret that signs the tokens of workers. Created at first use, and never published. */
  async secret(): Promise<string> {
    this.#secret ??= await this.#tokenSecret();
    return this.#secret;
  }

  /** A new key signs from now on, and no earlier key is published any more. Without a key there is nothing to do. */
  async revoke(): Promise<void> {
    for (;;) {
      const document = await this.#documents.get(SIGNING_KEYS);
      if (document === null || (await this.#put(firstRing(await newKey()), document))) break;
    }
    this.#signing = null;
    this.#revocations += 1;
  }

  /**
   * The ring with all steps that are due by now. If several instances create or rotate it at once, all get the result
   * of the first.
   */
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

  /** Null if no step is due. */
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

  /** False if another writer was faster. */
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
