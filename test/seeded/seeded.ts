import { integerOption, parseCommandLine, runProgram, UsageError } from "../../scripts/options.ts";
import { Summary } from "../simulation/summary.ts";
import { findMutants } from "./mutants/mutants.ts";
import { BATCHES, reportOf } from "./report.ts";
import { runSeeds } from "./run-seeds.ts";

const SEEDS = "1-50";

const USAGE = `Usage: npm run seeded -- [options]

Runs seeds, one after the other, on a local cluster of the real Worker: writers, followers and subscriptions, whose
connections break at random moments, while nodes, the deliverer and the whole process crash. In the end an oracle judges
what they saw: each record once, in order, nothing skipped. Exits with 1 if something was wrong, says how to run that
seed again, and keeps its trace.

A seed fixes the plan: clients, sizes, after how many bytes connections break, after how many batches faults strike. It
does not fix the timing, which is that of real processes. So run a seed that failed several times.

  --seed N       This seed alone
  --seeds A-B    These seeds (default ${SEEDS})
  --batches N    What the writers of a seed append, together (default ${BATCHES})
  --mutants      Puts known faults into a copy of the Worker, and prints after how many seeds each is found
  --only TEXT    Only the faults with the text in their names
  --first        Stops at the first finding
  --help         Show this`;

const seedMax = 1_000_000_000;

await runProgram(USAGE, async () => {
  const { values } = parseCommandLine({
    options: {
      seed: { type: "string" },
      seeds: { type: "string", default: SEEDS },
      batches: { type: "string", default: String(BATCHES) },
      first: { type: "boolean", default: false },
      mutants: { type: "boolean", default: false },
      only: { type: "string", default: "" },
    },
  });
  const batches = integerOption("batches", values.batches, 1, 100_000);
  if (values.mutants) {
    if (!(await findMutants(seedsOf(values), batches, values.only))) process.exitCode = 1;
    return;
  }
  const summary = new Summary();
  for await (const run of runSeeds(seedsOf(values), batches)) {
    const finding = reportOf(run);
    summary.add({ seed: run.seed, events: batches, finding, marks: run.marks });
    if (finding !== null) console.log(finding);
    if (finding !== null && values.first) break;
  }
  console.log(summary.table());
  console.log(summary.line());
  process.exitCode = summary.findings > 0 ? 1 : 0;
});

function seedsOf({ seed, seeds }: { readonly seed?: string; readonly seeds: string }): readonly number[] {
  if (seed !== undefined) return [integerOption("seed", seed, 0, seedMax)];
  const [from = "", to = "", ...others] = seeds.split("-");
  const [first, last] = [integerOption("seeds", from, 0, seedMax), integerOption("seeds", to, 0, seedMax)];
  if (others.length > 0 || last < first) throw new UsageError(`--seeds takes A-B, not "${seeds}"`);
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}
