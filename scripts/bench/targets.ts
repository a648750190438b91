import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleWorker } from "../bundle.ts";
import { startCluster } from "../cluster.ts";
import { type Runtime, startRuntime } from "../runtime.ts";
import { compatibilityDate } from "../worker-config.ts";
import { LOG_PATH, READ_LOG_PATH } from "./workloads.ts";

const BASELINES = fileURLToPath(new URL("./worker/baselines.ts", import.meta.url));

/** Creates a directory that exists while `use` runs. */
export async function withDirectory<T>(parent: string, use: (directory: string) => Promise<T>): Promise<T> {
  mkdirSync(parent, { recursive: true });
  const directory = mkdtempSync(join(parent, "timberline-bench-"));
  try {
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Stops the runtime when `use` ends. */
export async function withRuntime<T>(
  start: Promise<Runtime>,
  use: (runtime: Runtime) => Promise<T>,
): Promise<T> {
  const runtime = await start;
  try {
    return await use(runtime);
  } finally {
    await runtime.stop();
  }
}

/** The floor and the naive log, in one workerd process. */
export async function startBaselines(data: string): Promise<Runtime> {
  return startRuntime({
    name: "baselines",
    script: await bundleWorker(BASELINES),
    compatibilityDate: compatibilityDate(),
    objects: { FLOOR: "Floor", NAIVE: "Naive" },
    vars: {},
    data,
    port: 0,
  });
}

/** Three nodes in one workerd process, with the logs of the workloads. */
export async function startTimberline(data: string, options: { inspect?: boolean } = {}): Promise<Runtime> {
  const cluster = await startCluster({ data, nodes: 3, port: 0, ...options });
  for (const path of [LOG_PATH, READ_LOG_PATH]) {
    const response = await fetch(cluster.url + path.replace(/\/records$/, ""), { method: "PUT" });
    if (response.ok) continue;
    await cluster.stop();
    throw new Error(`PUT ${response.url}: ${response.status} ${await response.text()}`);
  }
  return cluster;
}
