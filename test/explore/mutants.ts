import { spawnSync } from "node:child_process";
import type { Mutant } from "../simulation/mutants/mutant.ts";
import { mutants } from "../simulation/mutants/mutant-list.ts";
import { MutatedCopy } from "../simulation/mutants/mutated-copy.ts";
import type { Limits } from "./exploration.ts";

/** The explorer's result for a copy. */
export interface Verdict {
  /** Distinct states of all explored scenarios, until a fault was found. */
  readonly states: number;
  /** The fault that was found; null if there is none. */
  readonly found: { readonly finding: string; readonly steps: number; readonly scenario: string } | null;
}

/** The known faults in the core. The explorer does not run the code of a node or its storage. */
export const coreMutants: readonly Mutant[] = mutants.filter(({ file }) => file.startsWith("src/raft/"));

/** Explores the copy of the project in `directory`. */
export function exploreCopy(directory: string, args: readonly string[]): Verdict {
  const { stdout, stderr, status } = spawnSync(process.execPath, ["test/explore/explore.ts", ...args], {
    cwd: directory,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  const found = /^(.*): .*\n.*\n {2}wrong after (\d+) steps: (.*)$/m.exec(stdout);
  const total = /^in all: (\d+) distinct states/m.exec(stdout);
  if (total === null || (status === 0) !== (found === null))
    throw new Error(`the explorer failed: ${stderr}`);
  const states = Number(total[1]);
  if (found === null) return { states, found };
  const [, scenario, steps, finding] = found;
  return {
    states,
    found: { scenario: String(scenario), steps: Number(steps), finding: String(finding) },
  };
}

/**
 * Puts each known fault of the core into a copy, and reports which ones are found. False: the core itself has
 * a fault.
 */
export function huntMutants({ depth, states }: Limits): boolean {
  const args = ["--depth", String(depth), "--states", String(states), "--first"];
  const copy = new MutatedCopy();
  try {
    for (const mutant of coreMutants) copy.checkApplies(mutant);
    const control = exploreCopy(copy.directory, args);
    tell("(none)", control, "nothing wrong");
    for (const mutant of coreMutants)
      tell(
        mutant.name,
        copy.with(mutant, () => exploreCopy(copy.directory, args)),
        "not reachable within the bounds",
      );
    return control.found === null;
  } finally {
    copy.remove();
  }
}

/** `otherwise` explains the result if nothing was found. */
function tell(name: string, { states, found }: Verdict, otherwise: string): void {
  const what =
    found === null
      ? `${otherwise}: ${states} states`
      : `found: ${found.steps} steps, ${states} states; ${found.scenario}: ${found.finding}`;
  console.log(`${name.padEnd(52)} ${what}`);
}
