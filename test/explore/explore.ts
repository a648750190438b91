import { parseCommand } from "./cli-options.ts";
import { explore, type Limits, type Report } from "./exploration.ts";
import { huntMutants } from "./mutants.ts";
import type { Scenario } from "./scenarios.ts";
import { startOf } from "./start.ts";

/**
 * `npm run explore [-- --terms 3 --proposals 2 … | --mutants]`: every order of events within bounds, on the real
 * core. See `bounds.ts` and `scenarios.ts`.
 */

/** Tells how it went; false: something is wrong. */
function run({ name, start, bounds }: Scenario, limits: Limits): boolean {
  const began = performance.now();
  const report = explore(startOf(start, bounds.nodes), bounds, limits);
  const seconds = (performance.now() - began) / 1_000;
  const bounded = Object.entries(bounds).map(([bound, value]) => `${bound} ${value}`);
  console.log(`${name}: ${start}, ${bounded.join(", ")}`);
  console.log(`  ${summary(report, seconds)}`);
  if (report.finding !== null) {
    console.log(`  wrong after ${report.finding.steps.length} steps: ${report.finding.what}`);
    for (const [i, step] of report.finding.steps.entries())
      console.log(`  ${String(i + 1).padStart(3)} ${step}`);
  }
  return report.finding === null;
}

function summary({ states, transitions, depth, isExhausted, nodeStates }: Report, seconds: number): string {
  const end = isExhausted ? "exhausted" : "not exhausted";
  const counts = `${states} states of ${nodeStates} states of a node, ${transitions} transitions, depth ${depth}`;
  return `${counts}, ${end}, ${seconds.toFixed(1)} s, ${Math.round(transitions / seconds)} transitions/s`;
}

/** Whether all is right. */
function runAll(scenarios: readonly Scenario[], limits: Limits, stopAtFirst: boolean): boolean {
  let isRight = true;
  for (const scenario of scenarios) {
    isRight = run(scenario, limits) && isRight;
    if (stopAtFirst && !isRight) break;
  }
  return isRight;
}

const { scenarios, limits, mutants, first } = parseCommand();
process.exitCode = (mutants ? huntMutants(limits) : runAll(scenarios, limits, first)) ? 0 : 1;
