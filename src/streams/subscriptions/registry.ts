import { Problem } from "../../http/problem.ts";
import { KnownSubscription } from "./known.ts";
import type { Subscription } from "./state.ts";
import type { Store, Stored } from "./store.ts";
import { expired } from "./waking.ts";
import type { Transition } from "./working.ts";

/** How often a change is tried again if another writer was faster. */
const attemptsMax = 10;

/** When an alarm must check again, in case this object is lost during a write, ms: longer than a write may take. */
const safetyMs = 60_000;

/** What the subscriptions of a cluster need from the world around them. */
export interface RegistryParts {
  /** Ms since the epoch. */
  now(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** Makes sure that due work is looked for at `at` or earlier, ms since the epoch, even if this object is lost. */
  arm(at: number): void;
}

/** A step of a subscription, by its present state. It may be computed several times, and is written once. */
export type Step = (subscription: Subscription, now: number) => Transition | Promise<Transition>;

/**
 * The replicated subscriptions of one cluster. One object writes them, and so has them in memory. Each write expects
 * the version that it was decided on, in case the platform has started another instance of this object.
 */
export class Registry {
  readonly #store: Store;
  readonly #around: RegistryParts;
  readonly #known = new Map<string, KnownSubscription>();
  /** Writes that are under way. */
  #writing = 0;
  #loading: Promise<void> | null = null;
  #isLoaded = false;

  constructor(store: Store, around: RegistryParts) {
    this.#store = store;
    this.#around = around;
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  load(): Promise<void> {
    this.#loading ??= this.#loadAll().catch((error: unknown) => {
      this.#loading = null;
      throw error;
    });
    return this.#loading;
  }

  all(): readonly KnownSubscription[] {
    return [...this.#known.values()];
  }

  find(id: string): KnownSubscription | null {
    return this.#known.get(id) ?? null;
  }

  /** Takes a step, after applying all expired leases. Null if there is no such subscription. */
  async change(id: string, step: Step): Promise<Transition | null> {
    const known = this.find(id);
    return known === null ? null : known.inTurn(() => this.#change(id, step));
  }

  async #change(id: string, step: Step): Promise<Transition | null> {
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      const known = this.find(id);
      if (known === null) return null;
      const { subscription: before, version } = known.stored;
      const now = this.#around.now();
      const current = expired(before, now, this.#around.random());
      if (current !== before) known.addNews("all");
      const transition = await step(current, now);
      const { subscription, refusal } = transition;
      const isNothing = subscription === before || (refusal !== null && subscription === current);
      if (isNothing || (await this.#write(known, subscription, version))) return transition;
    }
    throw busy();
  }

  /** Creates a subscription. False if there is one with this id already. */
  async add(subscription: Subscription): Promise<boolean> {
    const version = await this.#guarded(() => this.#store.put(subscription, 0));
    if (version === null) {
      await this.#reload(subscription.id);
      return false;
    }
    this.#learn({ subscription, version });
    return true;
  }

  /** Ends a subscription, and all its tokens. */
  async remove(id: string): Promise<void> {
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      const known = this.find(id);
      if (known === null) return;
      const { version } = known.stored;
      if ((await this.#guarded(() => this.#store.delete(id, version))) !== null) this.#forget(known);
      else await this.#reload(id);
    }
    throw busy();
  }

  /** Makes sure that an alarm checks on the write under way, because an alarm that has rung is not set any more. */
  guard(): void {
    if (this.#writing > 0) this.#around.arm(this.#around.now() + safetyMs);
  }

  /** Makes sure that due work of this subscription is done. */
  arm(known: KnownSubscription): void {
    const at = known.nextAt();
    if (at !== null) this.#around.arm(at);
  }

  async #write(known: KnownSubscription, subscription: Subscription, version: number): Promise<boolean> {
    const written = await this.#guarded(() => this.#store.put(subscription, version));
    if (written === null) await this.#reload(subscription.id);
    else this.#written(known, { subscription, version: written });
    this.arm(known);
    return written !== null;
  }

  #written(known: KnownSubscription, stored: Stored): void {
    const { id, lacksRoom } = stored.subscription;
    if (lacksRoom && !known.stored.subscription.lacksRoom)
      console.warn(
        `the subscription ${id} matches more streams than it may have: some of them cause no wakes`,
      );
    known.learn(stored);
  }

  /** If this object is lost right after the write, only the alarm knows that work follows from it. */
  async #guarded<T>(write: () => Promise<T>): Promise<T> {
    this.#writing += 1;
    this.guard();
    try {
      return await write();
    } catch (error) {
      // The write may have happened, or may still happen, so the state in memory may be old.
      if (error instanceof Problem && error.kind === "outcome-unknown") this.#unload();
      throw error;
    } finally {
      this.#writing -= 1;
    }
  }

  async #loadAll(): Promise<void> {
    const before = this.all();
    const there = await this.#store.all();
    const ids = new Set(there.map(({ subscription }) => subscription.id));
    for (const known of before) if (!ids.has(known.id)) this.#forget(known);
    for (const stored of there) this.#learn(stored);
    this.#isLoaded = true;
  }

  /** All is read again, at the latest by the alarm that checks on the write. */
  #unload(): void {
    this.#loading = null;
    this.#isLoaded = false;
  }

  async #reload(id: string): Promise<void> {
    const known = this.find(id);
    const stored = await this.#store.get(id);
    if (stored !== null) this.#learn(stored);
    else if (known !== null) this.#forget(known);
  }

  /** A subscription that was created again under its id is another one. */
  #learn(stored: Stored): void {
    const { id, incarnation } = stored.subscription;
    const known = this.find(id);
    if (known?.stored.subscription.incarnation === incarnation) known.learn(stored);
    else if (known === null || known.stored.version < stored.version)
      this.#known.set(id, new KnownSubscription(stored));
  }

  /** Unless there is a new subscription with its id. */
  #forget(known: KnownSubscription): void {
    const { id } = known.stored.subscription;
    if (this.find(id) === known) this.#known.delete(id);
  }
}

/** The problem if other writers were faster at each attempt. Nothing was written. */
export function busy(): Problem {
  return new Problem("busy", "Too many changes of the subscription at once.");
}
