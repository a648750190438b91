import { logMutants } from "./log-mutants.ts";
import type { Mutant } from "./mutant.ts";
import { raftMutants } from "./raft-mutants.ts";

/** Faults that the simulator must find. */
export const mutants: readonly Mutant[] = [...raftMutants, ...logMutants];
