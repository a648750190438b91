import { type Run, runSeed } from "./run-seed.ts";
import { SeededCluster } from "./world/seeded-cluster.ts";

/** Runs seeds one after the other on one cluster, which stops after the last one. */
export async function* runSeeds(
  seeds: readonly number[],
  batches: number,
  entryPoint?: string,
): AsyncGenerator<Run> {
  const cluster = new SeededCluster(entryPoint);
  try {
    await cluster.start();
    for (const seed of seeds) yield await runSeed(seed, batches, cluster);
  } finally {
    await cluster.stop();
    cluster.remove();
  }
}
