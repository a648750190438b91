import { expect, vi } from "vitest";
import { appendCommand, createCommand } from "../../../src/log/commands.ts";
import { decodeRecords, encodeRecords } from "../../../src/log/records.ts";
import { configurationInput } from "../../../src/streams/subscriptions/configuration.ts";
import { Documents } from "../../../src/streams/subscriptions/documents.ts";
import type { Operation, OperationReply } from "../../../src/streams/subscriptions/operation.ts";
import type { Subscription } from "../../../src/streams/subscriptions/state.ts";
import { Store } from "../../../src/streams/subscriptions/store.ts";
import { Subscriptions } from "../../../src/streams/subscriptions/subscriptions.ts";
import { MemoryBacking } from "./memory-backing.ts";

export const STREAM_ROOT = "https://server.example/v1/stream";

const patience = { timeout: 20_000, interval: 2 };
const utf8 = { encode: new TextEncoder(), decode: new TextDecoder() };

/** The deliverer with its alarm, and a cluster behind it. The test controls the time. */
export class Stage {
  readonly backing = new MemoryBacking();
  /** Later than the real present, by which the expiry of tokens is checked. */
  now = 4_000_000_000_000;
  alarmAt: number | null = null;
  readonly #lives: object[] = [];
  subscriptions = this.#object();

  /** The object loses its memory, even in the middle of its work; its alarm stays. */
  evict(): void {
    this.#lives.length = 0;
    this.subscriptions = this.#object();
  }

  /** Another life of the object, while the old one still runs. */
  successor(): Subscriptions {
    return this.#object();
  }

  #object(): Subscriptions {
    const life = {};
    this.#lives.push(life);
    return new Subscriptions(this.backing, {
      now: () => this.now,
      random: () => 0.5,
      arm: (at) => {
        // A dead life of the object sets no alarm.
        if (this.#lives.includes(life))
          this.alarmAt = Math.min(Math.max(at, this.now), this.alarmAt ?? Number.POSITIVE_INFINITY);
      },
    });
  }

  /** The alarm rings, at its time or, if that has passed, now. */
  async ring(): Promise<void> {
    expect(this.alarmAt).not.toBeNull();
    this.now = Math.max(this.now, this.alarmAt ?? 0);
    this.alarmAt = null;
    await this.subscriptions.run();
  }

  /** Lets `ms` pass; alarms ring when they are due. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    while (this.alarmAt !== null && this.alarmAt <= end) await this.ring();
    this.now = end;
  }

  /** Alarms ring, whenever they are set, until `body` no longer throws. */
  async until<T>(body: () => T | Promise<T>): Promise<T> {
    return vi.waitFor(async () => {
      if (this.alarmAt !== null && this.alarmAt <= this.now) await this.ring();
      return body();
    }, patience);
  }

  operate(operation: Operation): Promise<OperationReply> {
    return this.subscriptions.operate(operation);
  }

  /** Creates a subscription with this body. */
  put(id: string, body: Readonly<Record<string, unknown>>): Promise<OperationReply> {
    const configuration = configurationInput.parse({ lease_ttl_ms: 10_000, ...body });
    return this.operate({ kind: "put", id, configuration, streamRoot: STREAM_ROOT });
  }

  /** The subscription as it is replicated. */
  async stored(id: string): Promise<Subscription> {
    const stored = await new Store(new Documents(this.backing)).get(id);
    if (stored === null) throw new Error(`there is no subscription ${id}`);
    return stored.subscription;
  }

  /** Creates a stream, and reports it as its leader would. */
  async create(path: string): Promise<void> {
    await this.backing.command(createCommand(path));
    this.subscriptions.tell([path]);
  }

  /** Appends a record without reporting it. Creates the stream if it does not exist. */
  async appendSilently(path: string): Promise<void> {
    await this.backing.command(createCommand(path));
    const records = encodeRecords([{ format: "json", headers: [], value: utf8.encode.encode("1") }]);
    const outcome = await this.backing.command(appendCommand(path, { count: 1, records }));
    expect(outcome.kind).toBe("appended");
  }

  async append(path: string): Promise<void> {
    await this.appendSilently(path);
    this.subscriptions.tell([path]);
  }

  /** The records of a stream, as JSON. */
  async records(path: string): Promise<readonly unknown[]> {
    const limits = { until: null, recordsMax: 1_000, bytesMax: 1_000_000, waitMs: 0 };
    const page = await this.backing.query({ kind: "page", name: path, from: { at: "earliest" }, ...limits });
    if (page.kind !== "page") return [];
    return page.batches
      .flatMap(({ records }) => decodeRecords(records))
      .map(({ value }) => JSON.parse(utf8.decode.decode(value)));
  }
}
