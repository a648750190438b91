import { describe, expect, it } from "vitest";
import { createCommand } from "../../src/log/commands.ts";
import { decodeRecords } from "../../src/log/records.ts";
import type { Command } from "../../src/log/types.ts";
import { evaluate } from "../../src/node/queries.ts";
import type { Page, PageQuery, QueryResult } from "../../src/transport/protocol.ts";
import { appendTo, begun, everything, forkOf, run } from "../storage/fixture.ts";
import { memoryStorage } from "../storage/node-database.ts";

const remove = (name: string): Command => ({ kind: "delete", name });

/** What a node answers with these commands behind it, the first of them done at 1,000 and each 10 ms later. */
function asked(commands: readonly Command[], query: Parameters<typeof evaluate>[0]): QueryResult {
  const storage = begun(memoryStorage());
  commands.forEach((command, at) => {
    run(storage, [command], { now: 1_000 + 10 * at });
  });
  return evaluate(query, storage, everything);
}

function pageOf(name: string, commands: readonly Command[], parts: Partial<PageQuery> = {}): Page {
  const whole = {
    from: { at: "earliest" },
    until: null,
    recordsMax: 100,
    bytesMax: 9_999,
    waitMs: 0,
  } as const;
  const result = asked(commands, { kind: "page", name, ...whole, ...parts });
  if (result.kind !== "page") throw new Error(`${name} gives ${result.kind}`);
  return result;
}

/** The first byte of each record that the page shows. */
function records({ batches, from, next }: Page): number[] {
  const all = batches.flatMap(({ start, count, records: bytes }) =>
    decodeRecords(bytes)
      .slice(0, count)
      .map(({ value }, at) => ({ seq: start + at, byte: value[0] ?? -1 })),
  );
  const shown = all.filter(({ seq }) => seq >= from && seq < next);
  expect(shown.map(({ seq }) => seq)).toEqual(shown.map((_, at) => from + at));
  return shown.map(({ byte }) => byte);
}

const fill = (name: string, count: number, byte: number): Command => appendTo(name, { count, fill: byte });
const source = [createCommand("a"), fill("a", 3, 1), fill("a", 3, 2)];

describe("a page", () => {
  it("ends where it is told to, and is complete then", () => {
    const page = pageOf("a", source, { until: 4 });
    expect([records(page), page.next, page.complete]).toEqual([[1, 1, 1, 2], 4, true]);
    expect(pageOf("a", source, { until: 4, recordsMax: 2 })).toMatchObject({ next: 2, complete: false });
    expect(pageOf("a", source, { until: 99 })).toMatchObject({ next: 6, complete: true });
  });

  it("begins with the first record of its time or later, or at the tail", () => {
    const from = (timestamp: number) => pageOf("a", source, { from: { at: "time", timestamp } }).from;
    expect([0, 1_010, 1_011, 1_020, 1_021].map(from)).toEqual([0, 0, 3, 3, 6]);
  });

  it("begins at the earliest record that is left", () => {
    const trimmed = [...source, { kind: "trim", name: "a", before: 2 } as const];
    expect(pageOf("a", trimmed)).toMatchObject({ from: 2, earliest: 2 });
    expect(pageOf("a", trimmed, { from: { at: "last", count: 9 } })).toMatchObject({ from: 2 });
    expect(pageOf("a", trimmed, { from: { at: "time", timestamp: 0 } })).toMatchObject({ from: 2 });
  });

  it("says whether the log is sealed", () => {
    const sealed = [...source, { kind: "close", name: "a", producer: null } as const];
    expect(pageOf("a", sealed)).toMatchObject({ state: { closed: true }, timestamp: 1_030 });
  });
});

describe("a page of a fork", () => {
  const fork = [...source, forkOf("a", "f", 4), fill("a", 2, 3), fill("f", 2, 9)];

  it("has its source's records up to the fork, and then its own", () => {
    expect(records(pageOf("f", fork))).toEqual([1, 1, 1, 2, 9, 9]);
    expect(records(pageOf("a", fork))).toEqual([1, 1, 1, 2, 2, 2, 3, 3]);
  });

  it.each([1, 2, 3, 4, 5])("is cut at %i records wherever they lie", (recordsMax) => {
    const found: number[] = [];
    let from = 0;
    while (from < 6) {
      const page = pageOf("f", fork, { from: { at: "seq", seq: from }, recordsMax });
      found.push(...records(page));
      expect(page.complete).toBe(page.next === 6);
      from = page.next;
    }
    expect(found).toEqual([1, 1, 1, 2, 9, 9]);
  });

  it("is cut by bytes, with one batch at least", () => {
    expect(pageOf("f", fork, { bytesMax: 1 }).next).toBe(3);
    expect(pageOf("f", fork, { from: { at: "seq", seq: 3 }, bytesMax: 1 }).next).toBe(4);
  });

  it("is stitched over several forks, some deleted, and by time", () => {
    const chain = [...fork, forkOf("f", "g", 5), fill("g", 1, 7), remove("a"), remove("f")];
    expect(records(pageOf("g", chain))).toEqual([1, 1, 1, 2, 9, 7]);
    const from = (timestamp: number) => pageOf("g", chain, { from: { at: "time", timestamp } }).from;
    expect([1_000, 1_015, 1_021, 1_051, 1_071].map(from)).toEqual([0, 3, 4, 5, 6]);
  });

  it("begins with its own first record when it was forked off an empty log", () => {
    const empty = [createCommand("a"), forkOf("a", "f"), fill("a", 1, 1), fill("f", 1, 9)];
    expect(records(pageOf("f", empty))).toEqual([9]);
  });
});

describe("a log that is no more", () => {
  it("is not found, or gone while forks hold it", () => {
    const query = { kind: "describe", name: "a" } as const;
    expect(asked([], query)).toEqual({ kind: "log-not-found" });
    expect(asked([...source, remove("a")], query)).toEqual({ kind: "log-not-found" });
    expect(asked([...source, forkOf("a", "f"), remove("a")], query)).toEqual({ kind: "log-gone" });
    expect(asked([...source, forkOf("a", "f"), remove("a"), remove("f")], query)).toEqual({
      kind: "log-not-found",
    });
  });
});

it("a description counts the bytes that are left", () => {
  const bytes = (commands: readonly Command[]) => {
    const result = asked(commands, { kind: "describe", name: "a" });
    return result.kind === "description" && result.bytes;
  };
  const batch = bytes(source.slice(0, 2));
  expect(bytes(source)).toBe(2 * Number(batch));
  expect(bytes([...source, { kind: "trim", name: "a", before: 3 }])).toBe(batch);
  expect(bytes([...source, { kind: "trim", name: "a", before: 5 }])).toBe(batch);
  expect(bytes([...source, { kind: "trim", name: "a", before: 6 }])).toBe(0);
});

it("documents are those of the log, by their keys", () => {
  const set = (key: string): Command => {
    return { kind: "document", name: "a", key, value: Uint8Array.of(1), expectedVersion: null };
  };
  const commands = [createCommand("a"), set("c:b"), set("c:a"), set("d")];
  const query = { kind: "documents", name: "a", prefix: "c:", after: null, limit: 9 } as const;
  expect(asked(commands, query)).toMatchObject({ documents: [{ key: "c:a" }, { key: "c:b", version: 2 }] });
});

it("the ends of many logs are those of the logs that are there, forks and trimmed ones included", () => {
  const commands = [
    createCommand("a"),
    appendTo("a", { count: 4 }),
    { kind: "trim", name: "a", before: 2 },
    forkOf("a", "b"),
    createCommand("c"),
    remove("c"),
  ] as const;
  const result = asked(commands, { kind: "ends", names: ["c", "b", "nowhere", "a"] });
  expect(result).toMatchObject({
    kind: "ends",
    ends: [
      { name: "b", log: 4, tail: 4 },
      { name: "a", log: 1, start: 0, earliest: 2, tail: 4 },
    ],
  });
});
