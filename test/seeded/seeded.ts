import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { integerOption, parseCommandLine, runProgram } from "../../scripts/options.ts";
import { MutatedCopy } from "../simulation/mutants/mutated-copy.ts";
import { faults } from "./known-faults.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FAULT_SEEDS = 10;

const USAGE = `Usage: npm run seeded -- [options]

Writers, readers and a webhook use a local cluster whose nodes abort at random moments, and whose connections are cut.
Each record must come once and in order, whatever ends a connection. A seed fixes what each of them does and when; how
they meet depends on the machine, so a seed that once failed may pass again. Exits with 1 if a seed fails.

  --from SEED    The first seed (default 1)
  --seeds N      How many (default 10)
  --trace        Prints what happened, seed by seed
  --faults       Puts known faults into a copy of the project, one at a time: each must be found by ${FAULT_SEEDS} seeds
  --help         Show this`;

await runProgram(USAGE, async () => {
  const { values } = parseCommandLine({
    options: {
      from: { type: "string", default: "1" },
      seeds: { type: "string", default: "10" },
      trace: { type: "boolean", default: false },
      faults: { type: "boolean", default: false },
    },
  });
  const from = integerOption("from", values.from, 0, Number.MAX_SAFE_INTEGER);
  const seeds = integerOption("seeds", values.seeds, 1, 1_000_000);
  if (values.faults) return huntFaults();
  if (!run(ROOT, { from, seeds, trace: values.trace }, "inherit")) throw new Error("A seed failed");
});

interface Range {
  readonly from: number;
  readonly seeds: number;
  readonly trace: boolean;
}

/** Whether all seeds pass in a copy of the project. */
function run(root: string, { from, seeds, trace }: Range, stdio: "inherit" | "ignore"): boolean {
  const env = { SEEDED_FROM: String(from), SEEDED_SEEDS: String(seeds), SEEDED_TRACE: trace ? "on" : "off" };
  const args = ["node_modules/vitest/vitest.mjs", "run", "--project", "core", "--bail", "1"];
  const { status } = spawnSync(process.execPath, [...args, "test/seeded/seeded.test.ts"], {
    ...{ cwd: root, stdio },
    env: { ...process.env, ...env },
  });
  return status === 0;
}

/** Throws if a known fault is not found, or something is found without one. */
function huntFaults(): void {
  const copy = new MutatedCopy(["scripts", "test", "vitest.config.ts", "wrangler.toml", "tsconfig.json"]);
  const passes = (seed: number): boolean =>
    run(copy.directory, { from: seed, seeds: 1, trace: false }, "ignore");
  try {
    for (const fault of faults) copy.checkApplies(fault);
    if (!passes(1)) throw new Error("A seed fails without a fault");
    for (const fault of faults) {
      const seeds = Array.from({ length: FAULT_SEEDS }, (_, i) => i + 1);
      const found = copy.with(fault, () => seeds.find((seed) => !passes(seed)));
      if (found === undefined) throw new Error(`Not found: ${fault.name}`);
      console.log(`${fault.name.padEnd(60)} found by seed ${found}`);
    }
  } finally {
    copy.remove();
  }
}
