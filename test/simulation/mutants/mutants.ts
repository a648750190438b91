import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { mutants } from "./mutant-list.ts";
import { MutatedCopy } from "./mutated-copy.ts";

/**
 * Does the simulator find known faults? `npm run sim:mutants` puts them into a copy of the core, one at a time. With
 * `-- --only TEXT`, only the faults with the text in their names.
 */

const seedsMax = 5_000;

interface Verdict {
  /** Null: nothing was found. */
  readonly finding: string | null;
  readonly seeds: number;
}

function searchIn(copy: string): Verdict {
  const args = ["test/simulation/sim.ts", "--seeds", String(seedsMax), "--first"];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    cwd: copy,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  const seeds = Number(/^(\d+) seeds, /m.exec(stdout)?.[1] ?? Number.NaN);
  const finding = /^seed \d+: (.*)$/m.exec(stdout)?.[1] ?? null;
  if (Number.isNaN(seeds) || (status === 0) !== (finding === null))
    throw new Error(`the simulator broke: ${stderr}`);
  return { finding, seeds };
}

function report(name: string, { finding, seeds }: Verdict): void {
  console.log(`${name.padEnd(52)} ${String(seeds).padStart(6)}  ${finding?.slice(0, 90) ?? "nothing found"}`);
}

const { only = "" } = parseArgs({ options: { only: { type: "string" } } }).values;
const chosen = mutants.filter(({ name }) => name.includes(only));
const copy = new MutatedCopy();
let isRight = true;
try {
  // All texts first, so that a stale one shows at once.
  for (const mutant of mutants) copy.checkApplies(mutant);
  console.log(`${"fault".padEnd(52)} ${"seeds".padStart(6)}  finding`);
  if (only === "") {
    const control = searchIn(copy.directory);
    report("(none)", control);
    isRight = control.finding === null;
  }
  for (const mutant of chosen) {
    const verdict = copy.with(mutant, () => searchIn(copy.directory));
    report(mutant.name, verdict);
    isRight &&= verdict.finding !== null;
  }
} finally {
  copy.remove();
}
console.log(
  isRight ? `all ${chosen.length} faults were found` : "a fault survives, or the core itself is at fault",
);
process.exitCode = isRight ? 0 : 1;
