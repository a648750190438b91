import { expect, test } from "vitest";
import { useCluster } from "../cluster/local-cluster.ts";
import { runSeed } from "./run-seed.ts";

const { SEEDED_FROM = "1", SEEDED_SEEDS = "2" } = process.env;
const seeds = Array.from({ length: Number(SEEDED_SEEDS) }, (_, i) => Number(SEEDED_FROM) + i);

const cluster = useCluster({ vars: { ELECTION_TIMEOUT_MS: "300", HEARTBEAT_MS: "50" } });

test.each(seeds)(
  "every reader sees each record of seed %i once and in order, whatever aborts",
  async (seed) => {
    const { findings, trace } = await runSeed(cluster, seed);
    if (process.env.SEEDED_TRACE === "on") console.log(trace.join("\n"));
    expect(findings, `${trace.join("\n")}\nAgain: npm run seeded -- --from ${seed} --seeds 1`).toEqual([]);
  },
  120_000,
);
