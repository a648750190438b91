import type { Backing } from "./backing.ts";
import { Control } from "./control.ts";
import { Deliveries } from "./deliveries.ts";
import { Documents } from "./documents.ts";
import { Keyring } from "./keyring.ts";
import type { KnownSubscription } from "./known.ts";
import { noContent, type Operation, type OperationReply, refusalReply } from "./operation.ts";
import { Registry, type RegistryParts } from "./registry.ts";
import { Store } from "./store.ts";
import { Streams } from "./streams.ts";
import { subscriptionOf } from "./view.ts";
import { Workers } from "./workers.ts";

/** Subscriptions that one alarm processes, each with some of the thousands of requests that it may make … */
const settledMax = 200;
/** … and at the same time. */
const atOnceMax = 16;

/** The pause if the subscriptions could not be read, ms. */
const againMs = 1_000;

/**
 * The subscriptions of one cluster (Durable Streams §6, §7), served and delivered by one object. It may be lost at any
 * moment, because all that matters is replicated, and all due work follows from that alone.
 */
export class Subscriptions {
  readonly #around: RegistryParts;
  readonly #registry: Registry;
  readonly #control: Control;
  readonly #workers: Workers;
  readonly #deliveries: Deliveries;
  readonly #keys: Keyring;

  constructor(backing: Backing, around: RegistryParts) {
    const documents = new Documents(backing);
    const streams = new Streams(backing);
    const now = () => around.now();
    this.#around = around;
    this.#keys = new Keyring(documents, now);
    this.#registry = new Registry(new Store(documents), around);
    this.#control = new Control(this.#registry, streams, now);
    this.#workers = new Workers(this.#registry, streams, this.#keys);
    this.#deliveries = new Deliveries(this.#registry, { backing, streams, keys: this.#keys }, around);
  }

  /** Throws the problems of `Router`, and `busy`. */
  async operate(operation: Operation): Promise<OperationReply> {
    await this.#registry.load();
    switch (operation.kind) {
      case "put":
        return this.#put(operation);
      case "delete":
        return this.#control.delete(operation.id);
      case "link":
        return this.#control.link(operation.id, operation.paths);
      case "unlink":
        return this.#control.unlink(operation.id, operation.path);
      case "claim":
        return this.#workers.claim(operation);
      case "callback":
      case "ack":
        return this.#workers.ack(operation);
      case "release":
        return this.#workers.release(operation);
      case "revoke-keys":
        await this.#keys.revoke();
        return noContent;
    }
  }

  /** Streams have changed (null: any may have). Their subscriptions are checked soon. */
  tell(paths: readonly string[] | null): void {
    // If nothing has been read yet, everything will be checked.
    if (!this.#registry.isLoaded) this.#around.arm(this.#around.now());
    for (const known of this.#registry.all()) {
      known.addNews(paths === null ? "all" : new Set(paths.filter((path) => known.concerns(path))));
      this.#registry.arm(known);
    }
  }

  /** Does all that is due, and sets the alarm for the next work. */
  async run(): Promise<void> {
    this.#registry.guard();
    try {
      await this.#registry.load();
    } catch (error) {
      console.error("the subscriptions can't be read:", error);
      return this.#around.arm(this.#around.now() + againMs);
    }
    const [due, rest] = this.#due();
    for (const known of rest) this.#registry.arm(known);
    for (let at = 0; at < due.length; at += atOnceMax)
      await Promise.all(due.slice(at, at + atOnceMax).map((known) => this.#deliveries.settle(known)));
  }

  /** The due subscriptions that one alarm may process, and all others, which may be due too. */
  #due(): readonly [due: readonly KnownSubscription[], rest: readonly KnownSubscription[]] {
    const now = this.#around.now();
    const due = this.#registry.all().filter((known) => (known.nextAt() ?? Number.POSITIVE_INFINITY) <= now);
    const taken = new Set(due.slice(0, settledMax));
    return [[...taken], this.#registry.all().filter((known) => !taken.has(known))];
  }

  async #put(operation: Extract<Operation, { readonly kind: "put" }>): Promise<OperationReply> {
    const isWebhook = operation.configuration.type === "webhook";
    const kid = isWebhook ? (await this.#keys.signing()).kid : null;
    const result = await this.#control.put(operation);
    if ("code" in result) return refusalReply(result);
    return { status: result.isNew ? 201 : 200, body: subscriptionOf(result.subscription, kid) };
  }
}
