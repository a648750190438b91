import { describe, expect, it } from "vitest";
import { appendCommand, createCommand } from "../../src/log/commands.ts";
import { ENTRY_BYTES_MAX } from "../../src/log/limits.ts";
import { type AppendCommand, type Command, type ProducerTuple, toSeq } from "../../src/log/types.ts";
import { toIndex } from "../../src/raft/types.ts";
import { appendTo, madeLog } from "../storage/fixture.ts";
import { decideAfter, refused } from "./deciding.ts";

const create: Command = createCommand("a");
const remove: Command = { kind: "delete", name: "a" };

function append(parts: Partial<AppendCommand> = {}): Command {
  return appendCommand("a", { count: 1, records: new Uint8Array(5), ...parts }, parts);
}

function by(epoch: number, seq: number, id = "p"): ProducerTuple {
  return { id, epoch, seq };
}

const notFound = refused({ reason: "log-not-found" });

describe("create", () => {
  it("opens a log at 0", () => {
    expect(decideAfter([], create)).toMatchObject({ kind: "propose", entry: madeLog("a", 0, 2_000) });
  });

  it("of an existing log answers its tail and writes nothing", () => {
    const decision = decideAfter([create, appendTo("a", { count: 3 })], create);
    expect(decision).toMatchObject({ kind: "answer", outcome: { kind: "created", fresh: false, tail: 3 } });
  });

  it("after a delete continues where the old life ended, in sequence numbers and in time", () => {
    const decision = decideAfter([create, appendTo("a", { count: 3 }), remove], create, 500);
    expect(decision).toMatchObject({ kind: "propose", entry: madeLog("a", 3, 1_000) });
  });
});

describe("delete", () => {
  it("closes the life at its tail", () => {
    const decision = decideAfter([create, appendTo("a", { count: 3 })], remove);
    const entry = { ...remove, log: 1, start: 3, timestamp: 2_000 };
    expect(decision).toMatchObject({ kind: "propose", entry });
  });

  it("of a log that does not exist, or was deleted, is refused", () => {
    expect(decideAfter([], remove)).toEqual(notFound);
    expect(decideAfter([create, remove], remove)).toEqual(notFound);
  });
});

describe("append", () => {
  it("goes to the tail of the newest life", () => {
    const decision = decideAfter([create, appendTo("a", { count: 3 }), remove, create], append({ count: 2 }));
    expect(decision).toMatchObject({
      kind: "propose",
      entry: { kind: "append", log: 4, start: 3, count: 2, producer: null },
    });
  });

  it("to a log that does not exist, or was deleted, is refused", () => {
    expect(decideAfter([], append())).toEqual(notFound);
    expect(decideAfter([create, remove], append())).toEqual(notFound);
  });

  it("gets the leader's time, but never one before the log's last", () => {
    expect(decideAfter([create], append(), 1_500)).toMatchObject({ entry: { timestamp: 1_500 } });
    expect(decideAfter([create], append(), 500)).toMatchObject({ entry: { timestamp: 1_000 } });
  });

  it("at exactly the size limit passes, and one byte more does not", () => {
    const sized = (bytes: number) => decideAfter([create], append({ records: new Uint8Array(bytes) }));
    expect(sized(ENTRY_BYTES_MAX).kind).toBe("propose");
    const bytes = ENTRY_BYTES_MAX + 1;
    expect(sized(bytes)).toEqual(refused({ reason: "batch-too-large", bytes, bytesMax: ENTRY_BYTES_MAX }));
  });

  it("passes if its condition holds, and is refused with the tail if not", () => {
    const conditional = (expectedSeq: number) =>
      decideAfter([create, appendTo("a", { count: 3 })], append({ expectedSeq }));
    expect(conditional(3).kind).toBe("propose");
    expect(conditional(2)).toEqual(
      refused({ reason: "sequence-mismatch", expectedSeq: 2, tail: toSeq(3), fencingToken: null }),
    );
  });
});

describe("a producer", () => {
  const twice = [
    create,
    appendTo("a", { count: 2, producer: by(4, 0) }),
    appendTo("a", { producer: by(4, 1) }),
  ];
  const decided = (producer: ProducerTuple, expectedSeq: number | null = null) =>
    decideAfter(twice, append({ producer, expectedSeq }));
  const gap = (expectedSeq: number, receivedSeq: number, isNewEpoch = false) =>
    refused({ reason: "producer-sequence-gap", expectedSeq, receivedSeq, isNewEpoch });

  it("goes on with the next seq", () => {
    expect(decided(by(4, 2))).toMatchObject({ kind: "propose", entry: { producer: by(4, 2), start: 3 } });
  });

  it("that leaves a gap gets the expected number", () => {
    expect(decided(by(4, 3))).toEqual(gap(2, 3));
  });

  it("unknown so far begins with 0, whatever its epoch", () => {
    expect(decided(by(9, 0, "q")).kind).toBe("propose");
    expect(decided(by(9, 1, "q"))).toEqual(gap(0, 1));
  });

  it("of a newer epoch begins with 0", () => {
    expect(decided(by(5, 0)).kind).toBe("propose");
    expect(decided(by(5, 2))).toEqual(gap(0, 2, true));
  });

  it("of an older epoch is fenced off, even for a duplicate", () => {
    expect(decided(by(3, 0))).toEqual(refused({ reason: "stale-producer-epoch", epoch: 4 }));
  });

  it("that retries gets the original positions, and nothing is written", () => {
    expect(decided(by(4, 0))).toEqual({
      kind: "answer",
      outcome: {
        kind: "appended",
        start: 0,
        end: 2,
        tail: 2,
        timestamp: 1_000,
        index: 2,
        term: 1,
        duplicate: true,
        producerSeq: 1,
        closed: false,
      },
    });
  });

  it("that retries a conditional append gets them too, because its condition held then", () => {
    expect(decided(by(4, 0), 0)).toMatchObject({ kind: "answer", outcome: { start: 0 } });
    expect(decided(by(4, 2), 0)).toMatchObject({ outcome: { refusal: { reason: "sequence-mismatch" } } });
  });

  it("is unknown to a new life", () => {
    const reborn = [...twice, remove, create];
    expect(decideAfter(reborn, append({ producer: by(4, 0) })).kind).toBe("propose");
    expect(decideAfter(reborn, append({ producer: by(4, 2) }))).toEqual(gap(0, 2));
  });
});

describe("the outcome of a proposal", () => {
  const outcomeAfter = (earlier: readonly Command[], command: Command) => {
    const decision = decideAfter(earlier, command);
    return decision.kind === "propose" ? decision.outcome(toIndex(9), 7) : decision;
  };

  it("of a create", () =>
    expect(outcomeAfter([], create)).toMatchObject({ kind: "created", fresh: true, tail: 0 }));

  it("of a delete", () => expect(outcomeAfter([create], remove)).toEqual({ kind: "deleted" }));

  it("of an append", () => {
    const outcome = outcomeAfter([create, appendTo("a")], append({ count: 3 }));
    const positions = { start: 1, end: 4, tail: 4, timestamp: 2_000, index: 9, term: 7 };
    const plain = { duplicate: false, producerSeq: null, closed: false };
    expect(outcome).toEqual({ kind: "appended", ...positions, ...plain });
  });
});
