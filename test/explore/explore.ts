import { parseCommand } from "./cli-options.ts";
import { explore, type Limits } from "./exploration.ts";
import { huntMutants } from "./mutants.ts";
import type { Scenario } from "./scenarios.ts";
import { startOf } from "./start.ts";
import { type Run, tellRun, tellTotal } from "./telling.ts";

/**
 * `npm run explore [-- --terms 3 --proposals 2 … | --mutants]`: every order of events within bounds, on the real
 * core. See `bounds.ts` and `scenarios.ts`.
 */

function run({ start, bounds }: Scenario, limits: Limits): Run {
  const began = performance.now();
  const report = explore(startOf(start, bounds.nodes), bounds, limits);
  return { report, seconds: (performance.now() - began) / 1_000 };
}

/** Whether nothing wrong was found. */
function runAll(scenarios: readonly Scenario[], limits: Limits, stopAtFirst: boolean): boolean {
  const runs: Run[] = [];
  for (const scenario of scenarios) {
    const done = run(scenario, limits);
    runs.push(done);
    console.log(tellRun(scenario, done));
    if (stopAtFirst && done.report.finding !== null) break;
  }
  console.log(tellTotal(runs));
  return runs.every(({ report }) => report.finding === null);
}

const { scenarios, limits, mutants, first } = parseCommand();
process.exitCode = (mutants ? huntMutants(limits) : runAll(scenarios, limits, first)) ? 0 : 1;
