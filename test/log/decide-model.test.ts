import fc from "fast-check";
import { expect, it } from "vitest";
import { appendCommand, createCommand } from "../../src/log/commands.ts";
import { decide } from "../../src/log/decide.ts";
import type { Outcome } from "../../src/log/outcome.ts";
import type { AppendCommand, Command } from "../../src/log/types.ts";
import { toIndex } from "../../src/raft/types.ts";
import type { Storage } from "../../src/storage/contract.ts";
import { begun, command, lastIndex, persist } from "../storage/fixture.ts";
import { memoryStorage } from "../storage/node-database.ts";

type Asked = Extract<Command, { kind: "create" | "append" | "delete" | "trim" | "close" | "fence" }>;

const name = fc.constantFrom("a", "b");
const small = fc.integer({ min: 0, max: 3 });
const token = fc.option(fc.constantFrom("x", "y"));
const tuple = fc.record({ id: fc.constantFrom("p", "q"), epoch: small, seq: small });

const anyAppend: fc.Arbitrary<AppendCommand> = fc
  .record({
    name,
    batch: fc.record({ count: fc.integer({ min: 1, max: 3 }), records: fc.uint8Array({ maxLength: 3 }) }),
    parts: fc.record({
      expectedSeq: fc.option(fc.integer({ min: 0, max: 12 }), { freq: 2 }),
      producer: fc.option(tuple, { freq: 4 }),
      fencingToken: fc.option(fc.constantFrom("x", "y"), { freq: 1 }),
      writerSeq: fc.option(fc.constantFrom("1", "10", "2", "é"), { freq: 1 }),
      closes: fc.integer({ min: 0, max: 9 }).map((it) => it === 0),
    }),
  })
  .map(({ name, batch, parts }) => appendCommand(name, batch, parts));

const anyCommand: fc.Arbitrary<Asked> = fc.oneof(
  { weight: 9, arbitrary: anyAppend },
  { weight: 2, arbitrary: name.map((it) => createCommand(it)) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("delete"), name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("trim"), name, before: fc.nat(14) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("fence"), name, token, expected: token }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("close"), name, producer: fc.option(tuple, { freq: 1 }) }),
  },
);

interface Done {
  readonly epoch: number;
  readonly seq: number;
  readonly start: number;
  readonly end: number;
}

/** All lives of a log's name, in the simplest form. */
class ModelLog {
  exists = false;
  tail = 0;
  time = 0;
  earliest = 0;
  closed = false;
  token: string | null = null;
  writerSeq: string | null = null;
  /** By producer, its batches in order. */
  done = new Map<string, Done[]>();

  /** The expected result of `asked`: a part of the outcome, or the reason for the refusal. */
  outcome(asked: Asked, now: number): object | string {
    if (asked.kind === "create") return this.#create(now);
    if (!this.exists) return "log-not-found";
    switch (asked.kind) {
      case "append":
        return this.#append(asked, now);
      case "trim":
        return this.#trim(asked.before, now);
      case "fence":
        return this.#fence(asked.token, asked.expected ?? null, now);
      case "close":
        return this.#close(asked.producer, now);
      case "delete":
        this.exists = false;
        this.#advance(now);
        return { kind: "deleted" };
    }
  }

  #create(now: number): object {
    const fresh = !this.exists;
    if (fresh) {
      this.#advance(now);
      this.done.clear();
      Object.assign(this, { exists: true, earliest: this.tail, closed: false, token: null, writerSeq: null });
    }
    return { kind: "created", fresh, tail: this.tail };
  }

  #trim(before: number, now: number): object | string {
    if (before > this.tail) return "beyond-tail";
    if (before > this.earliest) this.#advance(now);
    this.earliest = Math.max(this.earliest, before);
    return this.#altered();
  }

  #fence(token: string | null, expected: string | null, now: number): object | string {
    if (expected !== this.token) return "fenced";
    if (token !== this.token) this.#advance(now);
    this.token = token;
    return this.#altered();
  }

  #close(producer: AppendCommand["producer"], now: number): object | string {
    const before = producer && this.#known(producer);
    if (typeof before === "string") return before;
    if (before) return before.end === before.start || !this.closed ? this.#altered() : "log-closed";
    if (this.closed) return producer === null ? this.#altered() : "log-closed";
    this.closed = true;
    this.#advance(now);
    if (producer) this.#remember(producer, this.tail);
    return this.#altered();
  }

  #altered(): object {
    const { tail, earliest, closed, token: fencingToken } = this;
    return { kind: "altered", tail, state: { earliest, closed, fencingToken } };
  }

  /**
   * The batch of which a producer's tuple is a retry; null if it is the next one; otherwise the reason for
   * the refusal.
   */
  #known({ id, epoch, seq }: NonNullable<AppendCommand["producer"]>): Done | string | null {
    const done = this.done.get(id) ?? [];
    if (epoch < (done.at(-1)?.epoch ?? 0)) return "stale-producer-epoch";
    const inEpoch = done.filter((each) => each.epoch === epoch);
    const original = inEpoch.find((each) => each.seq === seq);
    if (original !== undefined || seq === inEpoch.length) return original ?? null;
    return this.closed ? "log-closed" : "producer-sequence-gap";
  }

  #remember(producer: NonNullable<AppendCommand["producer"]>, start: number): void {
    this.done.set(producer.id, [
      ...(this.done.get(producer.id) ?? []),
      { ...producer, start, end: this.tail },
    ]);
  }

  #append(asked: AppendCommand, now: number): object | string {
    const { producer, count } = asked;
    const before = producer && this.#known(producer);
    if (typeof before === "string") return before;
    if (before) return { kind: "appended", start: before.start, end: before.end, duplicate: true };
    const unmet = this.#unmet(asked);
    if (unmet !== null) return unmet;
    const start = this.tail;
    this.tail += count;
    this.#advance(now);
    this.closed ||= asked.closes;
    this.writerSeq = asked.writerSeq ?? this.writerSeq;
    if (producer) this.#remember(producer, start);
    const { closed, time: timestamp } = this;
    return { kind: "appended", start, end: this.tail, timestamp, duplicate: false, closed };
  }

  #unmet({ writerSeq, expectedSeq, fencingToken }: AppendCommand): string | null {
    if (this.closed) return "log-closed";
    const isBehind = writerSeq !== null && this.writerSeq !== null && writerSeq <= this.writerSeq;
    if (isBehind) return "writer-sequence-regression";
    if (expectedSeq !== null && expectedSeq !== this.tail) return "sequence-mismatch";
    return fencingToken !== null && fencingToken !== this.token ? "fenced" : null;
  }

  #advance(now: number): void {
    this.time = Math.max(this.time, now);
  }
}

/** Decides, and writes the entry if there is one. */
function outcomeOf(storage: Storage, asked: Command, now: number): Outcome {
  const index = toIndex(lastIndex(storage) + 1);
  const decision = decide(asked, storage.view(lastIndex(storage)), now);
  if (decision.kind !== "propose") return decision.outcome;
  storage.write(persist({ append: [command(index, decision.entry)] }));
  return decision.outcome(index, 1);
}

it("decisions equal those of a simple model, and time never goes back in a log", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyCommand, fc.nat(100)), { maxLength: 80 }), (history) => {
      const storage = begun(memoryStorage());
      const model = { a: new ModelLog(), b: new ModelLog() };
      for (const [asked, now] of history) {
        const outcome = outcomeOf(storage, asked, now);
        const expected = model[asked.name === "a" ? "a" : "b"].outcome(asked, now);
        if (typeof expected === "object") expect(outcome).toMatchObject(expected);
        else expect(outcome).toMatchObject({ kind: "refused", refusal: { reason: expected } });
      }
    }),
    { numRuns: 300 },
  );
});
