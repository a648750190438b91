import type { Appended } from "../../../src/log/outcome.ts";
import type { ConsumerSighting, ConsumerWrite } from "../checks/consumers.ts";
import type { AppendOperation, Observation } from "../checks/linearizability.ts";
import type { Sighting } from "../checks/sightings.ts";

/** An append while its outcome may still change. */
export type OpenAppend = { -readonly [K in keyof AppendOperation]: AppendOperation[K] };

/** All that clients did to one log, and saw of it. */
export interface LogHistory {
  readonly name: string;
  readonly appends: OpenAppend[];
  readonly observations: Observation[];
  /** Raft indexes at which the log had a tail, by answers; null: there was no such log. */
  readonly tails: { readonly index: number; readonly tail: number | null }[];
  /** Answers that name the Raft entry of an append. */
  readonly acknowledgements: { readonly record: number; readonly appended: Appended }[];
  /** What nodes showed of it. Each is judged by its index alone. */
  readonly sightings: Sighting[];
  /** Acknowledged writes of its consumers. */
  readonly consumerWrites: ConsumerWrite[];
  /** What nodes showed of its consumers. */
  readonly consumerSightings: ConsumerSighting[];
  /** The largest tail that any client saw, to aim at. */
  knownTail: number;
  /** Whether it seems to be there. */
  isThere: boolean;
}

/** The histories of all logs, on one clock that orders all invocations and returns. */
export class Histories {
  readonly #logs = new Map<string, LogHistory>();
  #time = 0;
  #records = 0;
  /** The largest Raft index that was acknowledged to a client. */
  acknowledgedIndex = 0;

  log(name: string): LogHistory {
    const known = this.#logs.get(name);
    if (known !== undefined) return known;
    const none = { appends: [], observations: [], tails: [], acknowledgements: [], sightings: [] };
    const ofConsumers = { consumerWrites: [], consumerSightings: [] };
    const made = { name, ...none, ...ofConsumers, knownTail: 0, isThere: false };
    this.#logs.set(name, made);
    return made;
  }

  all(): readonly LogHistory[] {
    return [...this.#logs.values()];
  }

  /** The time of an invocation or a return: no two are the same. */
  tick(): number {
    this.#time += 1;
    return this.#time;
  }

  newRecords(count: number): number[] {
    return Array.from({ length: count }, () => this.#records++);
  }

  invoke(log: LogHistory, records: readonly number[], expected: number | null): OpenAppend {
    const open: OpenAppend = {
      records,
      expected,
      invoked: this.tick(),
      returned: Number.POSITIVE_INFINITY,
      outcome: "unknown",
      start: null,
    };
    log.appends.push(open);
    return open;
  }

  acknowledge(log: LogHistory, append: OpenAppend, appended: Appended): void {
    log.acknowledgements.push({ record: append.records[0] as number, appended });
    log.knownTail = Math.max(log.knownTail, appended.end);
    this.acknowledgedIndex = Math.max(this.acknowledgedIndex, appended.index);
    if (append.outcome === "acknowledged") return;
    append.outcome = "acknowledged";
    append.start = appended.start;
    append.returned = this.tick();
  }

  fail(append: OpenAppend): void {
    append.outcome = "failed";
    append.returned = this.tick();
  }

  /** A client that asked at `invoked` has just heard that the tail is, or was lately, `tail`. */
  sawTail(log: LogHistory, invoked: number, tail: number): void {
    log.observations.push({
      invoked,
      returned: this.tick(),
      from: tail,
      records: [],
      tailMin: tail,
      tailMax: tail,
    });
    log.knownTail = Math.max(log.knownTail, tail);
  }
}
