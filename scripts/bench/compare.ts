import { join } from "node:path";
import { Client } from "undici";
import { applyLoad, type LoadResult, median } from "./load.ts";
import { startBaselines, startTimberline, withDirectory, withRuntime } from "./targets.ts";
import { fillRequests, type TargetName, type Workload, workloads } from "./workloads.ts";

export interface CompareOptions {
  /** The place of the storage: its name, and a directory there. */
  readonly storage: { readonly name: string; readonly directory: string };
  readonly rounds: number;
  /** The length of a measurement. */
  readonly seconds: number;
}

/** The results of one workload: a list for each target, in the order of the rounds. */
export interface Measured {
  readonly storage: string;
  readonly workload: Workload;
  readonly results: Readonly<Record<TargetName, LoadResult[]>>;
}

const TARGETS: readonly TargetName[] = ["floor", "naive", "timberline"];
const WARM_UP_SECONDS = 0.5;

/** Measures all targets in turn, round after round, so that other load on the machine affects all of them equally. */
export async function compare(options: CompareOptions): Promise<readonly Measured[]> {
  const { name, directory: parent } = options.storage;
  return withDirectory(parent, (directory) =>
    withRuntime(startBaselines(join(directory, "baselines")), (baselines) =>
      withRuntime(startTimberline(join(directory, "timberline")), async (timberline) => {
        const urls = { floor: baselines.url, naive: baselines.url, timberline: timberline.url };
        await fill(urls);
        return measure({ ...options, urls, storage: name });
      }),
    ),
  );
}

async function fill(urls: Readonly<Record<TargetName, string>>): Promise<void> {
  for (const target of ["naive", "timberline"] as const) {
    const { request, times } = fillRequests[target];
    const { method, path, body = null, contentType = "" } = request;
    const client = new Client(urls[target]);
    for (let i = 0; i < times; i += 1) {
      const response = await client.request({ method, path, body, headers: { "content-type": contentType } });
      await response.body.dump();
      if (response.statusCode >= 300) throw new Error(`Filling ${path}: ${response.statusCode}`);
    }
    await client.close();
  }
}

interface MeasureOptions extends Omit<CompareOptions, "storage"> {
  readonly storage: string;
  readonly urls: Readonly<Record<TargetName, string>>;
}

async function measure({ storage, urls, rounds, seconds }: MeasureOptions): Promise<readonly Measured[]> {
  const measured = workloads.map((workload): Measured => {
    return { storage, workload, results: { floor: [], naive: [], timberline: [] } };
  });
  const once = (target: TargetName, { connections, requests }: Workload, length: number) =>
    applyLoad({ url: urls[target], connections, seconds: length, requests: requests[target] });
  for (const workload of workloads)
    for (const target of TARGETS) await once(target, workload, WARM_UP_SECONDS);
  for (let round = 1; round <= rounds; round += 1) {
    console.error(`${storage}: round ${round} of ${rounds}`);
    for (const { workload, results } of measured) {
      for (const target of TARGETS) results[target].push(await once(target, workload, seconds));
    }
  }
  return measured;
}

/** One line for each workload: medians over the rounds, and the median of each round's ratio to naive. */
export function resultRows(measured: readonly Measured[]): readonly Record<string, string>[] {
  return measured.map(({ storage, workload, results }) => {
    const rate = (target: TargetName) =>
      median(results[target].map((result) => result.requestsPerSecond)) * workload.recordsPerRequest;
    const latency = (target: TargetName) => median(results[target].map((result) => result.p50Ms));
    const ratio = (key: keyof LoadResult) =>
      median(
        results.timberline.map((result, round) => result[key] / (results.naive[round]?.[key] ?? Number.NaN)),
      );
    return {
      storage,
      workload: workload.name,
      "floor/s": formatRate(results.floor.map((result) => result.requestsPerSecond)),
      "naive/s": Math.round(rate("naive")).toString(),
      "timberline/s": Math.round(rate("timberline")).toString(),
      ratio: ratio("requestsPerSecond").toFixed(2),
      "floor p50 ms": latency("floor").toFixed(2),
      "naive p50 ms": latency("naive").toFixed(2),
      "timberline p50 ms": latency("timberline").toFixed(2),
      "ratio p50": ratio("p50Ms").toFixed(2),
      "timberline p99 ms": median(results.timberline.map((result) => result.p99Ms)).toFixed(2),
    };
  });
}

const formatRate = (rates: readonly number[]): string => Math.round(median(rates)).toString();
