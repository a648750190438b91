import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { replayCommand } from "./replay-command.ts";
import { search } from "./search.ts";
import { simulate } from "./simulate.ts";
import { type RunReport, Summary } from "./summary.ts";

const seeds = 300;
const events = 3_000;

/** Seeds of `regressions.txt`: a number of the seed, one of the events, and words. */
const regressions = readFileSync(new URL("./regressions.txt", import.meta.url), "utf8")
  .split("\n")
  .map((line) => /^(\d+) (\d+) (.*)$/.exec(line))
  .filter((match) => match !== null)
  .map(([, seed, length, what]) => ({ seed: Number(seed), length: Number(length), what: String(what) }));

test(`${seeds} seeds find nothing, and the faults do strike`, { timeout: 120_000 }, async () => {
  const summary = new Summary();
  const findings: string[] = [];
  const marks = new Set<string>();
  const take = (run: RunReport): void => {
    summary.add(run);
    for (const name of run.marks.keys()) marks.add(name);
    if (run.finding !== null) findings.push(`${run.finding}\n${replayCommand(run.seed, events)}`);
  };
  await search({ from: 1, seeds, events }, { jobs: availableParallelism(), stopAtFirst: false }, take);
  expect(findings).toEqual([]);
  expect([...marks].filter((name) => name.startsWith("fault: ")).sort()).toMatchInlineSnapshot(`
    [
      "fault: a stranger's message",
      "fault: acknowledgement held back",
      "fault: alarm doubled",
      "fault: alarm early",
      "fault: alarm late",
      "fault: alarm missing",
      "fault: all evicted in their sleep",
      "fault: bridge between two halves",
      "fault: call doubled",
      "fault: call failed after delivery",
      "fault: call replayed late",
      "fault: clock jump",
      "fault: crash",
      "fault: crash of all",
      "fault: disk full",
      "fault: disk stalled",
      "fault: entry damaged on its way",
      "fault: eviction",
      "fault: follower crashed after acknowledging",
      "fault: follower crashed while appending",
      "fault: leader crashed in its sleep",
      "fault: leader crashed while appending",
      "fault: leader cut off",
      "fault: leader cut off in its sleep",
      "fault: leader cut off while appending",
      "fault: leader cut off with a new configuration",
      "fault: message cut off",
      "fault: message lost",
      "fault: new leader cut off",
      "fault: one-way cut",
      "fault: overlap of two lives",
      "fault: partition",
      "fault: ring of majorities",
      "fault: storage exception after the write",
      "fault: storage exception before the write",
      "fault: the past replayed at an election",
      "fault: vote held back",
      "fault: voter crashed after its grant",
    ]
  `);
  expect([...marks].filter((name) => name.startsWith("reached: ")).sort()).toMatchInlineSnapshot(`
    [
      "reached: a configuration was written",
      "reached: a crash took what was held back",
      "reached: a dead leader was replaced after a wake",
      "reached: a fork outlived its source",
      "reached: a fork was forked",
      "reached: a joint configuration was written",
      "reached: a leader committed an older term's entry",
      "reached: a leader resumed its term after a restart",
      "reached: a leader stepped down by itself",
      "reached: a leader was elected",
      "reached: a learner became a voter",
      "reached: a lease passed to another holder",
      "reached: a log was closed",
      "reached: a log was compacted",
      "reached: a log was forked",
      "reached: a log's time was over",
      "reached: a snapshot dropped a conflicting suffix",
      "reached: a snapshot was cut off and resumed",
      "reached: a snapshot was installed",
      "reached: a successor campaigned",
      "reached: a suffix was truncated",
      "reached: a superseded object found out",
      "reached: a write met a full disk",
      "reached: records were not retained any more",
      "reached: the cluster slept",
      "reached: the leader followed the writers",
      "reached: two leaders, of different terms",
    ]
  `);
});

test.each(regressions)("seed $seed once found: $what", { timeout: 30_000 }, ({ seed, length }) => {
  expect(simulate(seed, length).finding, replayCommand(seed, length)).toBeNull();
});

test("the same seed gives the same run, and another one another", () => {
  const first = simulate(7, events);
  const second = simulate(7, events, true);
  expect(second.traceHash).toBe(first.traceHash);
  expect(second.events).toBe(first.events);
  expect([...second.marks]).toEqual([...first.marks]);
  expect(simulate(8, events).traceHash).not.toBe(first.traceHash);
});

test("the trace tells what happened", () => {
  const { lines } = simulate(4, 2_000, true);
  expect(lines.length).toBeGreaterThan(400);
  expect(lines.join("\n")).toMatch(/n\d → n\d AppendEntries term \d/);
});
