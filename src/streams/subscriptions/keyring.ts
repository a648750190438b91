import type { Documents } from "./documents.ts";
import { type SigningKey, signingKey, tokenSecret } from "./keys.ts";

/** The keys of a cluster's subscriptions, read or made when they are first needed. They never change. */
export class Keyring {
  readonly #documents: Documents;
  #signing: SigningKey | null = null;
  #secret: string | null = null;

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  async signing(): Promise<SigningKey> {
    this.#signing ??= await signingKey(this.#documents);
    return this.#signing;
  }

  async secret(): Promise<string> {
    this.#secret ??= await tokenSecret(this.#documents);
    return this.#secret;
  }
}
