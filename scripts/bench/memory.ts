import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { Client } from "undici";
import { startTimberline, withDirectory, withRuntime } from "./targets.ts";
import { LOG_PATH } from "./workloads.ts";

const RECORDS = 1_000_000;
const SAMPLE_RECORDS = 100_000;
const BATCH_RECORDS = 1_000;
const CONNECTIONS = 4;
/** The number of records after which the heap has grown to its working size. */
const SETTLED_RECORDS = 200_000;

export interface MemorySample {
  readonly records: number;
  /** The resident size of the one process that runs all three nodes. */
  readonly residentMiB: number;
}

/** Grows a log to a million records of 100 bytes, and measures the memory of the nodes. */
export async function measureMemory(): Promise<readonly MemorySample[]> {
  return withDirectory(tmpdir(), (directory) =>
    withRuntime(startTimberline(directory), async (cluster) => {
      const samples = [{ records: 0, residentMiB: await residentMiB(cluster.pid()) }];
      for (let records = SAMPLE_RECORDS; records <= RECORDS; records += SAMPLE_RECORDS) {
        await append(cluster.url, SAMPLE_RECORDS);
        samples.push({ records, residentMiB: await residentMiB(cluster.pid()) });
        console.error(`${records} records: ${samples.at(-1)?.residentMiB} MiB`);
      }
      return samples;
    }),
  );
}

/** The growth after the heap has settled. */
export function growthLine(samples: readonly MemorySample[]): string {
  const settled = samples.find(({ records }) => records === SETTLED_RECORDS);
  const last = samples.at(-1);
  if (settled === undefined || last === undefined) throw new Error("Too few samples");
  return `From ${settled.records} to ${last.records} records: ${last.residentMiB - settled.residentMiB} MiB`;
}

async function append(url: string, records: number): Promise<void> {
  const body = `${JSON.stringify({ data: "x".repeat(100) })}\n`.repeat(BATCH_RECORDS);
  const headers = { "content-type": "application/x-ndjson" };
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const client = new Client(url);
      for (let done = 0; done < records / CONNECTIONS; done += BATCH_RECORDS) {
        const response = await client.request({ method: "POST", path: LOG_PATH, headers, body });
        const text = await response.body.text();
        if (response.statusCode >= 300) throw new Error(`Append: ${response.statusCode} ${text}`);
      }
      await client.close();
    }),
  );
}

async function residentMiB(pid: number): Promise<number> {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1];
  if (kib === undefined) throw new Error(`No resident size of process ${pid}`);
  return Math.round(Number(kib) / 1_024);
}
