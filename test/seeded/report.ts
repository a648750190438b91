import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Run } from "./run-seed.ts";

const directory = fileURLToPath(new URL("../../.timberline/seeded/", import.meta.url));
const shownMax = 10;

/** Batches of all writers of a seed together, by default. */
export const BATCHES = 200;

/** The findings of a seed, how to run it again, and where its trace is kept; null: there are none. */
export function reportOf(run: Run): string | null {
  const { seed, batches, findings } = run;
  if (findings.length === 0) return null;
  const length = batches === BATCHES ? "" : ` --batches ${batches}`;
  const more = findings.length > shownMax ? [`and ${findings.length - shownMax} more`] : [];
  const lines = [...findings.slice(0, shownMax), ...more, `npm run seeded -- --seed ${seed}${length}`];
  return [`seed ${seed}:`, ...lines, `its trace is in ${keepTrace(run)}`].join("\n  ");
}

function keepTrace({ seed, lines }: Run): string {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `seed-${seed}.txt`);
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}
