import { join } from "node:path";
import { MutatedCopy } from "../../simulation/mutants/mutated-copy.ts";
import { runSeeds } from "../run-seeds.ts";
import { mutants } from "./mutant-list.ts";

/**
 * Puts each known fault into a copy of the Worker, and prints after how many seeds it is found. False: one is not
 * found.
 */
export async function findMutants(seeds: readonly number[], batches: number, only: string): Promise<boolean> {
  const copy = new MutatedCopy(["package.json", "src", "test/seeded/worker"]);
  const entryPoint = join(copy.directory, "test/seeded/worker/worker.ts");
  let areFound = true;
  try {
    for (const mutant of mutants) copy.checkApplies(mutant);
    for (const mutant of mutants.filter(({ name }) => name.includes(only))) {
      const takeOut = copy.put(mutant);
      const finding = await firstFinding(seeds, batches, entryPoint).finally(takeOut);
      areFound &&= finding !== null;
      console.log(`${mutant.name.padEnd(60)} ${finding ?? "nothing found"}`);
    }
  } finally {
    copy.remove();
  }
  return areFound;
}

async function firstFinding(
  seeds: readonly number[],
  batches: number,
  entryPoint: string,
): Promise<string | null> {
  let count = 0;
  for await (const { findings } of runSeeds(seeds, batches, entryPoint)) {
    count += 1;
    if (findings[0] !== undefined) return `${count}  ${findings[0].slice(0, 90)}`;
  }
  return null;
}
