import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Mutant } from "./mutant.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
/** The parts that the simulator and the explorer need. */
const simulated = [
  "package.json",
  "src",
  "test/simulation",
  "test/explore",
  "test/raft/harness",
  "test/storage",
];

/** A copy of parts of the project, into which faults are put. */
export class MutatedCopy {
  readonly directory = mkdtempSync(join(tmpdir(), "timberline-mutants-"));

  constructor(parts = simulated) {
    for (const part of parts) cpSync(join(root, part), join(this.directory, part), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(this.directory, "node_modules"));
  }

  /** Throws if a fault's text is not there exactly once. */
  checkApplies({ name, file, original }: Mutant): void {
    if (this.#source(file).split(original).length !== 2)
      throw new Error(`mutant "${name}" does not apply any more: its text is not in ${file} exactly once`);
  }

  /** The result of `run` while the fault is in the copy. */
  with<T>(mutant: Mutant, run: () => T): T {
    const takeOut = this.put(mutant);
    try {
      return run();
    } finally {
      takeOut();
    }
  }

  /** Puts a fault into the copy. Returns a function that takes it out again. */
  put(mutant: Mutant): () => void {
    this.checkApplies(mutant);
    const { file, original, fault } = mutant;
    const source = this.#source(file);
    const path = join(this.directory, file);
    writeFileSync(
      path,
      source.replace(original, () => fault),
    );
    return () => writeFileSync(path, source);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }

  #source(file: string): string {
    return readFileSync(join(this.directory, file), "utf8");
  }
}
