import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { defaultEvents, replayCommand } from "./replay-command.ts";
import { search } from "./search.ts";
import { simulate } from "./simulate.ts";
import { Summary } from "./summary.ts";

/** The long search: `npm run sim -- --seeds 10000 [--from SEED] [--events N] [--trace] [--first] [--jobs N]`. */

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    events: { type: "string", default: String(defaultEvents) },
    jobs: { type: "string", default: String(availableParallelism()) },
    /** Prints all that happens, on one core. */
    trace: { type: "boolean", default: false },
    /** Stops at the first finding. */
    first: { type: "boolean", default: false },
  },
});

const natural = (name: string, text: string): number => {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  console.error(`--${name} wants a whole number, not ${text}`);
  process.exit(2);
};

const range = {
  from: natural("from", values.from),
  seeds: natural("seeds", values.seeds),
  events: natural("events", values.events),
};
const summary = new Summary();

if (values.trace) {
  for (let seed = range.from; seed < range.from + range.seeds; seed++) {
    const run = simulate(seed, range.events, true);
    console.log(run.lines.join("\n"));
    console.log(`seed ${seed}: trace ${run.traceHash}, ${run.finding ?? "nothing found"}`);
    summary.add(run);
  }
} else {
  await search(range, { jobs: natural("jobs", values.jobs), stopAtFirst: values.first }, (run) => {
    summary.add(run);
    if (run.finding !== null)
      console.log(`seed ${run.seed}: ${run.finding}\n  ${replayCommand(run.seed, range.events)}`);
  });
}

console.log(summary.table());
console.log(summary.line());
process.exitCode = summary.findings > 0 ? 1 : 0;
