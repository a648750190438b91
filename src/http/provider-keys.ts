import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import { inTime } from "../transport/in-time.ts";
import { boundedText } from "./bounded-text.ts";
import { Problem } from "./problem.ts";

/** Times of a provider's keys, ms. */
export const keyTimes = {
  /** How long a set of keys may take to arrive. */
  fetchMs: 3_000,
  /** Older keys are fetched again. */
  freshMs: 600_000,
  /** Between two attempts to get newer keys. */
  againMs: 30_000,
  /** Between two attempts while none is known. */
  firstAgainMs: 1_000,
  /** How often a request checks whether another request's attempt has ended. */
  lookMs: 50,
} as const;

/** The largest answer that is read, bytes. */
const answerBytesMax = 262_144;

/** Types of keys (`kty`, RFC 7518 §6.1, RFC 8037 §2) that can verify a token. */
const publicTypes: readonly string[] = ["RSA", "EC", "OKP"];

/** The clock and `fetch` to use. */
export interface Surroundings {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Ms since the epoch. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

interface Attempt {
  readonly since: number;
  hasEnded: boolean;
}

/**
 * The keys of an identity provider, as this isolate knows them. If a key is unknown, all keys are fetched again, at a
 * bounded rate. If that fails, the known keys stay. A request never awaits a fetch that another request has begun,
 * because the platform ends the work of a request with that request. So it checks from time to time whether the fetch
 * is done.
 */
export class ProviderKeys {
  readonly #url: string;
  readonly #around: Surroundings;
  #keys: ReturnType<typeof createLocalJWKSet> | null = null;
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #last: Attempt = { since: Number.NEGATIVE_INFINITY, hasEnded: true };

  constructor(url: string, around: Surroundings) {
    this.#url = url;
    this.#around = around;
  }

  /** The key of a token. Throws `JWKSNoMatchingKey`, and the problem `keys-unavailable` if no keys were ever fetched. */
  readonly keyOf: JWTVerifyGetKey = async (header, token) => {
    if (this.#keys === null) await this.#renewed();
    else if (this.#around.now() >= this.#fetchedAt + keyTimes.freshMs) await this.#renew();
    const known = this.#known();
    try {
      return await known(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.#renewed();
      return this.#known()(header, token);
    }
  };

  #known(): ReturnType<typeof createLocalJWKSet> {
    if (this.#keys !== null) return this.#keys;
    throw new Problem(
      "keys-unavailable",
      "The keys of the identity provider (JWKS_URL) could not be fetched.",
    );
  }

  /** Renews the keys, or waits while another request does, for no longer than that may take. */
  async #renewed(): Promise<void> {
    await this.#renew();
    while (this.#isUnderWay()) await this.#around.sleep(keyTimes.lookMs);
  }

  /** Fetches the keys if it is time to. A failure leaves the known keys. */
  async #renew(): Promise<void> {
    if (!this.#isDue()) return;
    const attempt = { since: this.#around.now(), hasEnded: false };
    this.#last = attempt;
    try {
      const keys = createLocalJWKSet(await this.#fetched());
      // An attempt that was given up may end after a later one.
      if (this.#last !== attempt) return;
      this.#keys = keys;
      this.#fetchedAt = attempt.since;
    } catch (error) {
      console.warn("the keys of JWKS_URL could not be fetched:", error);
    } finally {
      attempt.hasEnded = true;
    }
  }

  #isUnderWay(): boolean {
    return !this.#last.hasEnded && this.#around.now() < this.#last.since + keyTimes.fetchMs;
  }

  /** An attempt that never ends belonged to a request that is gone, and does not count. */
  #isDue(): boolean {
    const { since, hasEnded } = this.#last;
    if (!hasEnded) return !this.#isUnderWay();
    const againMs = this.#keys === null ? keyTimes.firstAgainMs : keyTimes.againMs;
    return this.#around.now() >= since + againMs;
  }

  #fetched(): Promise<JSONWebKeySet> {
    return inTime(keyTimes.fetchMs, async (signal) => {
      const headers = { Accept: "application/jwk-set+json, application/json" };
      // The address of a redirection has not been checked.
      const response = await this.#around.fetch(this.#url, { headers, signal, redirect: "manual" });
      if (response.status !== 200) {
        await response.body?.cancel();
        throw new Error(`the answer has the status ${response.status}`);
      }
      const text = await boundedText(response, answerBytesMax);
      if (text === null) throw new Error(`the answer has more than ${answerBytesMax} bytes`);
      const set: JSONWebKeySet = JSON.parse(text);
      if (!set.keys.some(({ kty = "" }) => publicTypes.includes(kty)))
        throw new Error("the answer has no public key");
      return set;
    });
  }
}

const surroundings: Surroundings = {
  fetch: (url, init) => fetch(url, init),
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** By address. There is only one, unless the configuration changes. */
const all = new Map<string, ProviderKeys>();

/** The keys that are published at an address, as all requests of this isolate know them. */
export function providerKeys(url: string): ProviderKeys {
  const known = all.get(url) ?? new ProviderKeys(url, surroundings);
  all.set(url, known);
  return known;
}
