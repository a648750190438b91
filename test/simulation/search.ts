import { Worker } from "node:worker_threads";
import type { RunReport } from "./summary.ts";

export interface SeedRange {
  readonly from: number;
  readonly seeds: number;
  readonly events: number;
}

/** Few, so that all threads end at about the same time, but enough that messages between threads cost nothing. */
const chunkSeeds = 10;

/** Runs a range of seeds on several threads, to the end or to the first finding. */
export async function search(
  { from, seeds, events }: SeedRange,
  { jobs, stopAtFirst }: { readonly jobs: number; readonly stopAtFirst: boolean },
  report: (run: RunReport) => void,
): Promise<void> {
  let next = from;
  let isOver = false;
  const nextChunk = (): SeedRange | null => {
    if (isOver || next >= from + seeds) return null;
    const chunk = { from: next, seeds: Math.min(chunkSeeds, from + seeds - next), events };
    next += chunk.seeds;
    return chunk;
  };
  const take = (runs: readonly RunReport[]): void => {
    for (const run of runs) {
      if (isOver) return;
      report(run);
      isOver = stopAtFirst && run.finding !== null;
    }
  };
  await Promise.all(Array.from({ length: jobs }, () => work(nextChunk, take)));
}

/** One thread, until no seeds are left. */
function work(nextChunk: () => SeedRange | null, take: (runs: readonly RunReport[]) => void): Promise<void> {
  const worker = new Worker(new URL("./search-worker.ts", import.meta.url));
  return new Promise((resolve, reject) => {
    const goOn = (): void => {
      const chunk = nextChunk();
      if (chunk === null) worker.terminate().then(() => resolve(), reject);
      else worker.postMessage(chunk);
    };
    worker.on("message", (runs: readonly RunReport[]) => {
      take(runs);
      goOn();
    });
    worker.on("error", reject);
    goOn();
  });
}
