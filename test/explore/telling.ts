import type { Report } from "./exploration.ts";
import type { Scenario } from "./scenarios.ts";

/** A scenario that was explored. */
export interface Run {
  readonly report: Report;
  readonly seconds: number;
}

/** The result of one scenario, with the steps to the wrong state if there is one. */
export function tellRun({ name, start, bounds }: Scenario, { report, seconds }: Run): string {
  const bounded = Object.entries(bounds).map(([bound, value]) => `${bound} ${value}`);
  const { states, transitions, depth, isExhausted, nodeStates, finding } = report;
  const counts = `${states} distinct states, ${nodeStates} of a node, ${transitions} transitions, depth ${depth}`;
  const end = isExhausted ? "exhausted" : "not exhausted";
  const lines = [
    `${name}: ${start}, ${bounded.join(", ")}`,
    `  ${counts}, ${end}, ${rate(transitions, seconds)}`,
  ];
  if (finding !== null) {
    lines.push(`  wrong after ${finding.steps.length} steps: ${finding.what}`);
    lines.push(...finding.steps.map((step, i) => `  ${String(i + 1).padStart(3)} ${step}`));
  }
  return lines.join("\n");
}

/** The totals of all scenarios. */
export function tellTotal(runs: readonly Run[]): string {
  const sum = (value: (run: Run) => number): number => runs.reduce((total, run) => total + value(run), 0);
  const transitions = sum(({ report }) => report.transitions);
  const depth = Math.max(...runs.map(({ report }) => report.depth));
  const exhausted = runs.filter(({ report }) => report.isExhausted).length;
  const wrong = runs.filter(({ report }) => report.finding !== null).length;
  const counts = `${sum(({ report }) => report.states)} distinct states, ${transitions} transitions, depth up to ${depth}`;
  const end = `${exhausted} of ${runs.length} exhausted, ${wrong} wrong`;
  return `in all: ${counts}, ${end}, ${rate(
    transitions,
    sum(({ seconds }) => seconds),
  )}`;
}

const rate = (transitions: number, seconds: number): string =>
  `${seconds.toFixed(1)} s, ${Math.round(transitions / seconds)} transitions/s`;
