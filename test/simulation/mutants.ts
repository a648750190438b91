import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Mutant, mutants } from "./mutant-list.ts";

/** Does the simulator find known faults? Puts each into a copy of the core, one at a time: `npm run sim:mutants`. */

const seedsMax = 2_000;
const root = fileURLToPath(new URL("../../", import.meta.url));

/** A copy of what the simulator runs. */
function copyProject(): string {
  const copy = mkdtempSync(join(tmpdir(), "timberline-mutants-"));
  for (const part of ["package.json", "src", "test/simulation"])
    cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  return copy;
}

/** The source with the fault in it; its text must be there exactly once. */
function mutate({ name, file, original, fault }: Mutant, source: string): string {
  if (source.split(original).length === 2) return source.replace(original, () => fault);
  console.error(`mutant "${name}" does not apply any more: its text is not in ${file} exactly once`);
  process.exit(1);
}

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

const copy = copyProject();
let isRight = true;
try {
  // All texts first, so that a stale one is told at once.
  for (const mutant of mutants) mutate(mutant, readFileSync(join(copy, mutant.file), "utf8"));
  console.log(`${"fault".padEnd(52)} ${"seeds".padStart(6)}  finding`);
  const control = searchIn(copy);
  report("(none)", control);
  isRight = control.finding === null;
  for (const mutant of mutants) {
    const path = join(copy, mutant.file);
    const source = readFileSync(path, "utf8");
    writeFileSync(path, mutate(mutant, source));
    const verdict = searchIn(copy);
    writeFileSync(path, source);
    report(mutant.name, verdict);
    isRight &&= verdict.finding !== null;
  }
} finally {
  rmSync(copy, { recursive: true });
}
console.log(
  isRight ? `all ${mutants.length} faults were found` : "a fault survives, or the core itself is at fault",
);
process.exitCode = isRight ? 0 : 1;
