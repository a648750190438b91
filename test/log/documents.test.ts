import { describe, expect, it } from "vitest";
import { createCommand } from "../../src/log/commands.ts";
import { decodeConsumer, encodeConsumer } from "../../src/log/consumer.ts";
import { ENTRY_BYTES_MAX } from "../../src/log/limits.ts";
import { type Command, type ConsumerCommand, type DocumentCommand, toSeq } from "../../src/log/types.ts";
import { appendTo } from "../storage/fixture.ts";
import { decideAfter, outcomeAfter, refused } from "./deciding.ts";

const three: readonly Command[] = [createCommand("a"), appendTo("a", { count: 3 })];

describe("a document", () => {
  const set = (value: number | null, expectedVersion: number | null = null): DocumentCommand => {
    const bytes = value === null ? null : Uint8Array.of(value);
    return { kind: "document", name: "a", key: "k", value: bytes, expectedVersion };
  };
  const versionOf = (version: number) => refused({ reason: "version-mismatch", version });

  it("has as its version the entry that set it, which the next write may expect", () => {
    expect(outcomeAfter(three, set(1, 0))).toEqual({ kind: "documented", version: 90 });
    expect(decideAfter([...three, set(1)], set(2, 0))).toEqual(versionOf(3));
    expect(decideAfter([...three, set(1)], set(2, 3)).kind).toBe("propose");
    expect(decideAfter(three, set(2, 3))).toEqual(versionOf(0));
  });

  it("that was removed does not exist", () => {
    expect(outcomeAfter([...three, set(1)], set(null, 3))).toEqual({ kind: "documented", version: 0 });
    expect(decideAfter([...three, set(1), set(null)], set(2, 0)).kind).toBe("propose");
    expect(decideAfter(three, set(null)).kind).toBe("answer");
  });

  it("is not a record", () => {
    const appended = decideAfter([...three, set(1)], appendTo("a", { expectedSeq: 3 }));
    expect(appended).toMatchObject({ kind: "propose", entry: { start: 3 } });
  });

  it("at exactly the size limit passes, and one byte more does not", () => {
    const sized = (bytes: number) => decideAfter(three, { ...set(1), value: new Uint8Array(bytes) });
    expect(sized(ENTRY_BYTES_MAX).kind).toBe("propose");
    const bytes = ENTRY_BYTES_MAX + 1;
    expect(sized(bytes)).toEqual(refused({ reason: "batch-too-large", bytes, bytesMax: ENTRY_BYTES_MAX }));
  });
});

describe("a consumer", () => {
  const ask = (parts: Partial<ConsumerCommand>): ConsumerCommand => ({
    ...{ kind: "consumer", name: "a", consumer: "c" },
    ...{ position: null, expectedVersion: null, holder: null, leaseMs: null },
    ...parts,
  });
  const lease = (holder: string, leaseMs = 5_000) => ask({ holder, leaseMs });
  const held = { reason: "lease-held", lease: { holder: "w1", until: 6_000 } } as const;

  it("decodes to the encoded one", () => {
    for (const stored of [
      { position: toSeq(7), lease: null },
      { position: toSeq(0), lease: { holder: "w", until: 9 } },
    ])
      expect(decodeConsumer(encodeConsumer(stored))).toEqual(stored);
  });

  it("that was never set does not exist, and begins with the earliest record", () => {
    for (const command of [ask({}), lease("w1", 0)])
      expect(outcomeAfter(three, command)).toEqual({ kind: "consumer", consumer: null });
    const trimmed = [...three, { kind: "trim", name: "a", before: 2 } as const];
    expect(outcomeAfter(trimmed, lease("w1"))).toMatchObject({ consumer: { position: 2 } });
  });

  it("moves within the log, forward and back, if its version is the expected one", () => {
    expect(outcomeAfter(three, ask({ position: 3, expectedVersion: 0 }))).toEqual({
      kind: "consumer",
      consumer: { position: 3, version: 90, lease: null },
    });
    expect(decideAfter(three, ask({ position: 4 }))).toMatchObject({
      outcome: { refusal: { reason: "beyond-tail", tail: 3 } },
    });
    const moved = [...three, ask({ position: 2 })];
    expect(decideAfter(moved, ask({ position: 1, expectedVersion: 3 })).kind).toBe("propose");
    expect(decideAfter(moved, ask({ position: 1, expectedVersion: 2 }))).toEqual(
      refused({ reason: "version-mismatch", version: 3 }),
    );
    expect(outcomeAfter(moved, ask({}))).toMatchObject({ consumer: { position: 2, version: 3 } });
  });

  it("that is leased moves only for its holder, until the lease is over", () => {
    const leased = [...three, lease("w1")];
    expect(decideAfter(leased, ask({ position: 1, holder: "w1" }), 5_999).kind).toBe("propose");
    for (const command of [lease("w2"), ask({ position: 1, holder: "w2" }), ask({ position: 1 })])
      expect(decideAfter(leased, command, 5_999)).toEqual(refused(held));
    expect(decideAfter(leased, lease("w2"), 6_000).kind).toBe("propose");
  });

  it("keeps its lease when it moves, and can prolong and release it", () => {
    const leased = [...three, lease("w1")];
    const from = (command: Command, now = 2_000) => outcomeAfter(leased, command, now);
    const leaseOf = (until: number) => ({ consumer: { lease: { holder: "w1", until } } });
    expect(from(ask({ position: 1, holder: "w1" }))).toMatchObject(leaseOf(6_000));
    expect(from(lease("w1"))).toMatchObject(leaseOf(7_000));
    expect(from(lease("w1", 0))).toMatchObject({ consumer: { lease: null } });
  });

  it("does not move for its last holder, even if there is no holder now, unless it is leased again", () => {
    const leased = [...three, lease("w1")];
    for (const leaseMs of [null, 0])
      expect(decideAfter(leased, ask({ position: 1, holder: "w1", leaseMs }), 6_000)).toEqual(
        refused({ reason: "lease-held", lease: null }),
      );
    expect(decideAfter(leased, ask({ position: 1, holder: "w1", leaseMs: 1 }), 6_000).kind).toBe("propose");
    expect(decideAfter(leased, lease("w1", 0), 6_000).kind).toBe("propose");
    expect(decideAfter(leased, ask({ position: 1 }), 6_000).kind).toBe("propose");
  });
});
