import { expect, test } from "vitest";
import { BATCHES, reportOf } from "./report.ts";
import { runSeeds } from "./run-seeds.ts";

/** Followers of every form; webhooks, and workers that claim; all nodes crash asleep, and the process is killed. */
const seeds = [5, 8];

test("a few seeds end with each record once, in order, nothing skipped", async () => {
  for await (const run of runSeeds(seeds, BATCHES)) expect(reportOf(run)).toBeNull();
}, 120_000);
