import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCommand } from "../../src/log/commands.ts";
import { seek } from "../../src/log/seek.ts";
import { keepAll, plainSettings } from "../../src/log/state.ts";
import { sweep } from "../../src/log/sweep.ts";
import type { Command, LogEntry, Settings } from "../../src/log/types.ts";
import { toIndex } from "../../src/raft/types.ts";
import { appendTo, begun, everything, forkOf, run } from "../storage/fixture.ts";
import { memoryStorage } from "../storage/node-database.ts";

const told = (parts: Partial<Settings>): Command =>
  createCommand("a", { settings: { ...plainSettings, ...parts } });
const keeping = (part: object): Command => told({ retention: { ...keepAll, ...part } });

/** The entry that a sweep at `now` writes for the log `name`, after batches of two records at these times. */
function swept(create: Command, times: readonly number[], now: number, name = "a"): LogEntry | null {
  const storage = begun(memoryStorage());
  run(storage, [create], { now: 0 });
  for (const time of times) run(storage, [appendTo("a", { count: 2 })], { now: time });
  if (name !== "a") run(storage, [forkOf("a", name, 3), appendTo(name)], { now: times.at(-1) ?? 0 });
  const view = storage.view(everything);
  const life = view.life(name);
  return life && sweep({ life, tail: view.tail(life.id), view, now });
}

const earliest = (entry: LogEntry | null) => entry?.kind === "alter" && entry.state.earliest;
const times = [10, 20, 30, 40];
const batchBytes = appendTo("a", { count: 2 });
const bytesOf = batchBytes.kind === "append" ? batchBytes.records.length : 0;

describe("a sweep", () => {
  it.each<[string, object, number | null]>([
    ["by number, to the record", { records: 3 }, 5],
    ["by number, when there are not so many", { records: 8 }, null],
    ["by age, whole batches", { ageMs: 75 }, 4],
    ["by age, when none is old", { ageMs: 90 }, null],
    ["by age, all of them", { ageMs: 9 }, 8],
    ["by bytes, as long as so many are left", { bytes: bytesOf * 2 }, 4],
    ["by bytes, and not a batch of which some are needed", { bytes: bytesOf * 2 + 1 }, 2],
    ["by bytes, and never the newest batch", { bytes: 1 }, 6],
    ["by whatever keeps least", { records: 7, bytes: bytesOf, ageMs: 80 }, 6],
  ])("trims %s", (_, retention, expected) => {
    const entry = swept(keeping(retention), times, 100);
    if (expected === null) expect(entry).toBeNull();
    else expect(earliest(entry)).toBe(expected);
  });

  it("counts the bytes that it trims", () => {
    const entry = swept(keeping({ bytes: bytesOf }), times, 100);
    expect(entry).toMatchObject({ kind: "alter", start: 8, state: { trimmedBytes: 3 * bytesOf } });
  });

  it("does not count as a use of the log: its time to live continues", () => {
    const timed = told({ ttlSeconds: 10, retention: { ...keepAll, ageMs: 50 } });
    expect(swept(timed, times, 9_000)).toMatchObject({ kind: "alter", trims: true, timestamp: 40 });
  });

  it("deletes a log whose time is over", () => {
    expect(swept(told({ ttlSeconds: 1 }), times, 1_139)).toBeNull();
    expect(swept(told({ ttlSeconds: 1 }), times, 1_140)).toMatchObject({ kind: "delete", start: 8 });
    expect(swept(told({ expiresAt: 500 }), times, 500)).toMatchObject({ kind: "delete" });
  });

  it("does nothing to other logs", () => expect(swept(createCommand("a"), times, 1e12)).toBeNull());

  it("of a fork counts only the fork's own records", () => {
    expect(swept(keeping({ records: 2 }), times, 100, "f")).toBeNull();
  });
});

it("seeking finds the first batch for which the condition is false, for any span", () => {
  const batches = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(batches, fc.nat(40), fc.nat(40), fc.nat(13), (counts, from, length, held) => {
      const storage = begun(memoryStorage());
      run(storage, [createCommand("a")], { now: 0 });
      counts.forEach((count, at) => {
        run(storage, [appendTo("a", { count })], { now: at + 1 });
      });
      const tail = counts.reduce((sum, count) => sum + count, 0);
      const start = Math.min(from, tail);
      const until = Math.min(start + length, tail);
      const found = seek(
        { log: toIndex(1), from: start, until },
        storage.view(everything),
        ({ timestamp }) => timestamp <= held,
      );
      const first = counts.slice(0, held).reduce((sum, count) => sum + count, 0);
      expect(found).toBe(Math.min(until, Math.max(start, first)));
    }),
  );
});
