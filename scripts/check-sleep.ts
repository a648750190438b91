import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { withCluster } from "./cluster.ts";
import { requestJson } from "./files/http.ts";
import { integerOption, parseCommandLine, runProgram } from "./options.ts";

const LOG = "sleep";
const SECONDS = "60";
const SLEEP_AFTER_MS = 1_000;
const ASLEEP_TIMEOUT_MS = 60_000;
const POLL_MS = 100;
/** Longer than two election timeouts of a local cluster: by then, alarms that were set before it slept have rung. */
const SETTLE_MS = 2_500;
/** An object without requests for some 10 s loses its memory, and with it the counters. */
const LOOK_MS = 5_000;

const USAGE = `Usage: npm run check:sleep -- [options]

Starts a new local cluster, lets it fall asleep, and counts what its members do while the only requests are
for its status: every alarm, call to a peer and row written. Then it appends, which must need no election.
Exits with 1 if a member did anything, or if the term has changed.

  --seconds N    How long the cluster is left alone (default ${SECONDS})
  --help         Show this`;

interface Counters {
  readonly alarms: number;
  readonly calls: number;
  readonly rows: number;
}

interface Status {
  readonly term: number;
  readonly quiesced: boolean;
  readonly members: readonly { readonly id: number; readonly counters: Counters }[];
}

await runProgram(USAGE, async () => {
  const { values } = parseCommandLine({ options: { seconds: { type: "string", default: SECONDS } } });
  const seconds = integerOption("seconds", values.seconds, 1, 86_400);
  const directory = await mkdtemp(join(tmpdir(), "timberline-sleep-"));
  try {
    const options = { data: join(directory, "data"), nodes: 3, port: 0, sleepAfterMs: SLEEP_AFTER_MS };
    await withCluster(options, ({ url }) => check(url, seconds));
  } finally {
    await rm(directory, { recursive: true });
  }
});

/** Throws if the cluster did anything. */
async function check(url: string, seconds: number): Promise<void> {
  await requestJson(new URL(`/v1/logs/${LOG}`, url), { method: "PUT" });
  await append(url, 0);
  await untilAsleep(url);
  await setTimeout(SETTLE_MS);
  const before = await statusOf(url);
  describe("Asleep    ", before);
  await watch(url, before, seconds * 1_000);
  describe(`After ${seconds} s`.padEnd(10), await statusOf(url));
  const term = await append(url, 1);
  console.log(`Appended   in term ${term}`);
  if (term !== before.term) throw new Error(`The cluster fell asleep in term ${before.term}`);
  console.log("The cluster did nothing while it slept.");
}

/** Throws if a member does anything, or wakes, within `ms`. */
async function watch(url: string, before: Status, ms: number): Promise<void> {
  const idle = workOf(before).join("; ");
  for (let leftMs = ms; leftMs > 0; leftMs -= LOOK_MS) {
    await setTimeout(Math.min(leftMs, LOOK_MS));
    const status = await statusOf(url);
    const found = workOf(status).join("; ");
    if (found !== idle) throw new Error(`A member did something: ${found}`);
    if (!status.quiesced) throw new Error("A member woke");
  }
}

/** The activity of the members so far, as texts that differ if any counter differs. */
function workOf({ members }: Status): readonly string[] {
  return members.map(({ id, counters: { alarms, calls, rows } }) => {
    return `node ${id}: ${alarms} alarms, ${calls} calls, ${rows} rows`;
  });
}

function statusOf(url: string): Promise<Status> {
  return requestJson(new URL("/v1/clusters/main", url));
}

/** Appends a record and returns its term; the producer's headers make a retry safe. */
async function append(url: string, seq: number): Promise<number> {
  const headers = {
    "Content-Type": "text/plain",
    "Producer-Id": "check",
    "Producer-Epoch": "0",
    "Producer-Seq": String(seq),
  };
  const path = new URL(`/v1/logs/${LOG}/records`, url);
  const init = { method: "POST", headers, body: `record ${seq}` };
  return (await requestJson<{ term: number }>(path, init)).term;
}

/** Waits until all members sleep; reading the status wakes none. */
async function untilAsleep(url: string): Promise<void> {
  const deadline = performance.now() + ASLEEP_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if ((await statusOf(url)).quiesced) return;
    await setTimeout(POLL_MS);
  }
  throw new Error(`The cluster is still awake after ${ASLEEP_TIMEOUT_MS} ms`);
}

function describe(step: string, status: Status): void {
  console.log(`${step} in term ${status.term}; ${workOf(status).join("; ")}`);
}
