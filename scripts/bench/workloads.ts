import type { LoadRequest } from "./load.ts";

const RECORD = "x".repeat(100);
const BATCH_RECORDS = 100;
const PAGE_RECORDS = 1_000;
/** The size of the log for reads: whole batches and whole pages. */
const READ_RECORDS = 20_000;

const BATCH = `${JSON.stringify({ data: RECORD })}\n`.repeat(BATCH_RECORDS);

/** The targets; each needs the same load in its own form. */
export type TargetName = "floor" | "naive" | "timberline";

export interface Workload {
  readonly name: string;
  readonly connections: number;
  /** Records that one request appends or reads. */
  readonly recordsPerRequest: number;
  readonly requests: Readonly<Record<TargetName, () => () => LoadRequest>>;
}

export const LOG_PATH = "/v1/logs/bench/records";
export const READ_LOG_PATH = "/v1/logs/bench-read/records";

const same = (request: LoadRequest) => () => () => request;
const floor = same({ method: "POST", path: "/floor" });

const single = (connections: number): Workload => ({
  name: `append 1 × 100 B, ${connections} conn`,
  connections,
  recordsPerRequest: 1,
  requests: {
    floor,
    naive: same({ method: "POST", path: "/naive", body: RECORD, contentType: "text/plain" }),
    timberline: same({ method: "POST", path: LOG_PATH, body: RECORD, contentType: "text/plain" }),
  },
});

/** The naive object stores the whole batch as one row, because it does not know records. */
const batches: Workload = {
  name: `append ${BATCH_RECORDS} × 100 B, 8 conn`,
  connections: 8,
  recordsPerRequest: BATCH_RECORDS,
  requests: {
    floor,
    naive: same({ method: "POST", path: "/naive", body: BATCH, contentType: "application/x-ndjson" }),
    timberline: same({ method: "POST", path: LOG_PATH, body: BATCH, contentType: "application/x-ndjson" }),
  },
};

const pages = (path: string) => () => {
  let from = 0;
  return (): LoadRequest => {
    const request = { method: "GET", path: `${path}?from=${from}&limit=${PAGE_RECORDS}` } as const;
    from = (from + PAGE_RECORDS) % READ_RECORDS;
    return request;
  };
};

const read: Workload = {
  name: `read pages of ${PAGE_RECORDS}, 1 conn`,
  connections: 1,
  recordsPerRequest: PAGE_RECORDS,
  requests: { floor, naive: pages("/naive-read"), timberline: pages(READ_LOG_PATH) },
};

export const workloads: readonly Workload[] = [single(1), single(64), batches, read];

/** The appends that fill the logs before they can be read. */
export const fillRequests: Readonly<Record<"naive" | "timberline", { request: LoadRequest; times: number }>> =
  {
    naive: {
      request: { method: "POST", path: "/naive-read", body: RECORD, contentType: "text/plain" },
      times: READ_RECORDS,
    },
    timberline: {
      request: { method: "POST", path: READ_LOG_PATH, body: BATCH, contentType: "application/x-ndjson" },
      times: READ_RECORDS / BATCH_RECORDS,
    },
  };
