import fc from "fast-check";
import { expect, it } from "vitest";
import { decide, proposedOutcome } from "../../src/log/decide.ts";
import type { AppendCommand, Command, Outcome } from "../../src/log/types.ts";
import { toIndex } from "../../src/raft/types.ts";
import { MemoryStorage } from "../../src/storage/memory.ts";
import { begun, command, lastIndex, persist } from "../storage/fixture.ts";

const name = fc.constantFrom("a", "b");
const small = fc.integer({ min: 0, max: 3 });

const anyAppend: fc.Arbitrary<AppendCommand> = fc.record({
  kind: fc.constant("append"),
  name,
  count: fc.integer({ min: 1, max: 3 }),
  records: fc.uint8Array({ maxLength: 3 }),
  expectedSeq: fc.option(fc.integer({ min: 0, max: 12 }), { freq: 2 }),
  producer: fc.option(fc.record({ id: fc.constantFrom("p", "q"), epoch: small, seq: small }), { freq: 4 }),
});

const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: anyAppend },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("create"), name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("delete"), name }) },
);

interface Done {
  readonly epoch: number;
  readonly seq: number;
  readonly start: number;
  readonly end: number;
}

/** A log as one would describe it to a person; all lives of its name. */
class ModelLog {
  exists = false;
  tail = 0;
  time = 0;
  /** By producer, its batches in order. */
  done = new Map<string, Done[]>();

  /** What should come of `asked`: a part of the outcome, or why it is refused. */
  outcome(asked: Command, now: number): object | string {
    if (asked.kind === "create") return this.#create(now);
    if (!this.exists) return "log-not-found";
    if (asked.kind === "append") return this.#append(asked, now);
    this.exists = false;
    this.#advance(now);
    return { kind: "deleted" };
  }

  #create(now: number): object {
    const fresh = !this.exists;
    if (fresh) this.#advance(now);
    if (fresh) this.done.clear();
    this.exists = true;
    return { kind: "created", fresh, tail: this.tail };
  }

  #append({ producer, expectedSeq, count }: AppendCommand, now: number): object | string {
    const done = (producer && this.done.get(producer.id)) ?? [];
    if (producer !== null) {
      if (producer.epoch < (done.at(-1)?.epoch ?? 0)) return "stale-producer-epoch";
      const inEpoch = done.filter((each) => each.epoch === producer.epoch);
      const original = inEpoch.find((each) => each.seq === producer.seq);
      if (original) return { kind: "appended", start: original.start, end: original.end, duplicate: true };
      if (producer.seq !== inEpoch.length) return "producer-sequence-gap";
    }
    if (expectedSeq !== null && expectedSeq !== this.tail) return "sequence-mismatch";
    const start = this.tail;
    this.tail += count;
    this.#advance(now);
    if (producer) this.done.set(producer.id, [...done, { ...producer, start, end: this.tail }]);
    return { kind: "appended", start, end: this.tail, timestamp: this.time, duplicate: false };
  }

  #advance(now: number): void {
    this.time = Math.max(this.time, now);
  }
}

/** Decides and, where it is to be written, writes. */
function outcomeOf(storage: MemoryStorage, asked: Command, now: number): Outcome {
  const index = toIndex(lastIndex(storage) + 1);
  const decision = decide(asked, storage.view(lastIndex(storage)), now);
  if (decision.kind !== "propose") return decision.outcome;
  storage.write(persist({ append: [command(index, decision.entry)] }));
  return proposedOutcome(decision.entry, index, 1);
}

it("decisions are those of a simple model, in whose logs time never goes back", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyCommand, fc.nat(100)), { maxLength: 80 }), (history) => {
      const storage = begun(new MemoryStorage());
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
