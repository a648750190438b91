import { expect, test } from "vitest";
import { createEntry } from "../../../src/raft/entry.ts";
import { bootstrapIdentity } from "../../../src/raft/identity.ts";
import { toIndex } from "../../../src/raft/types.ts";
import { Oracle } from "../checks/oracle.ts";
import { Disk } from "./disk.ts";
import { drawPlan } from "./draw-plan.ts";
import { OutputGate } from "./output-gate.ts";
import { Random } from "./random.ts";
import { Scheduler } from "./scheduler.ts";
import { Marks, Trace } from "./trace.ts";

/** A gate over the disk of a member, and what came out of the gate. */
function setUp() {
  const plan = drawPlan(1);
  const marks = new Marks();
  const oracle = new Oracle(plan.options, marks);
  const scheduler = new Scheduler();
  const world = {
    plan,
    marks,
    oracle,
    scheduler,
    random: new Random(1),
    trace: new Trace(false),
    healed: true,
    quietUntil: 0,
  };
  const disk = new Disk(oracle.observer(1), () => "none");
  const out: string[] = [];
  const gate = new OutputGate(disk, world, (done) => done());
  disk.prepare(bootstrapIdentity("c", 1, ["weur"]));
  disk.markNextDurable();
  const write = (index: number): void =>
    disk.write({
      hardState: { currentTerm: 1, votedFor: null },
      quiesce: null,
      truncateFrom: null,
      snapshot: null,
      append: [createEntry(toIndex(index), 1, "noop", new Uint8Array(0))],
    });
  const flush = (): void => {
    while (scheduler.step());
  };
  return { gate, disk, out, write, flush, leave: (what: string) => gate.leave(() => out.push(what)) };
}

test("what was issued before a write is not held by it, what was issued after is", () => {
  const { gate, out, write, flush, leave } = setUp();
  leave("before");
  write(1);
  leave("after");
  gate.open();
  expect(out).toEqual(["before"]);
  flush();
  expect(out).toEqual(["before", "after"]);
});

test("a crash takes what was held back, and what was not on disk", () => {
  const { gate, disk, out, write, flush, leave } = setUp();
  write(1);
  leave("first");
  write(2);
  leave("second");
  gate.open();
  gate.crash();
  disk.crash(1);
  flush();
  expect(out).toEqual([]);
  expect(disk.onDisk.log.lastIndex).toBe(1);
  expect(disk.load()?.lastIndex).toBe(1);
});

test("a sync is done once all that was written before it is on disk", () => {
  const { gate, disk, out, write, flush } = setUp();
  write(1);
  gate.sync(() => out.push(`synced up to ${disk.onDisk.log.lastIndex}`));
  gate.open();
  expect(out).toEqual([]);
  flush();
  expect(out).toEqual(["synced up to 1"]);
});
