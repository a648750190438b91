import { parentPort } from "node:worker_threads";
import type { SeedRange } from "./search.ts";
import { simulate } from "./simulate.ts";
import type { RunReport } from "./summary.ts";

/** Runs the seeds that it receives, and sends back their results. */
parentPort?.on("message", ({ from, seeds, events }: SeedRange) => {
  const reports: RunReport[] = [];
  for (let seed = from; seed < from + seeds; seed++) {
    const { finding, marks, events: count } = simulate(seed, events);
    reports.push({ seed, events: count, finding, marks });
  }
  parentPort?.postMessage(reports);
});
