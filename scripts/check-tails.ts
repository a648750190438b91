import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { withCluster } from "./cluster.ts";
import { requestJson } from "./files/http.ts";
import { integerOption, parseCommandLine, runProgram } from "./options.ts";
import type { Task } from "./tails/subscribers.ts";
import type { Report } from "./tails/tally.ts";

const LOG = "tails";
const SECONDS = "30";
const EVENTS = "500";
const SOCKETS = "500";
const RATE = "100";
const SUBSCRIBERS = fileURLToPath(new URL("./tails/subscribers.ts", import.meta.url));
const ANSWER_TIMEOUT_MS = 90_000;

const USAGE = `Usage: npm run check:tails -- [options]

Starts a new local cluster of three nodes. Many subscribers in another process follow one log, each over its own
connection, while records are appended at a steady rate. Every subscriber must see every record once and in order.
Exits with 1 if a record is lost, repeated or out of order.

  --seconds N    How long records are appended (default ${SECONDS})
  --rate N       Records per second, each in its own append (default ${RATE})
  --events N     Subscribers that follow by server-sent events (default ${EVENTS})
  --sockets N    Subscribers that follow over a WebSocket (default ${SOCKETS})
  --help         Show this`;

await runProgram(USAGE, async () => {
  const { values } = parseCommandLine({
    options: {
      seconds: { type: "string", default: SECONDS },
      rate: { type: "string", default: RATE },
      events: { type: "string", default: EVENTS },
      sockets: { type: "string", default: SOCKETS },
    },
  });
  const seconds = integerOption("seconds", values.seconds, 1, 3_600);
  const rate = integerOption("rate", values.rate, 1, 10_000);
  const events = integerOption("events", values.events, 0, 10_000);
  const sockets = integerOption("sockets", values.sockets, 0, 10_000);
  const directory = await mkdtemp(join(tmpdir(), "timberline-tails-"));
  try {
    await withCluster({ data: join(directory, "data"), nodes: 3, port: 0 }, ({ url }) =>
      check(url, { events, sockets }, { rate, seconds }),
    );
  } finally {
    await rm(directory, { recursive: true });
  }
});

interface Appended {
  readonly tail: number;
}

interface Load {
  readonly rate: number;
  readonly seconds: number;
}

/** Throws if a record is lost, repeated or out of order. */
async function check(url: string, counts: Omit<Task, "url">, load: Load): Promise<void> {
  await requestJson(new URL(`/v1/logs/${LOG}`, url), { method: "PUT" });
  const records = new URL(`/v1/logs/${LOG}/records`, url);
  const subscribers = fork(SUBSCRIBERS);
  try {
    subscribers.send({ url: records.href, ...counts } satisfies Task);
    await heard(subscribers);
    console.log(`Connected  ${counts.events} by events, ${counts.sockets} by WebSocket`);
    const total = await write(records, load);
    subscribers.send(total);
    judge(await heard<Report>(subscribers), total);
  } finally {
    subscribers.kill();
  }
}

/** The next message of a process. */
async function heard<T>(process: ChildProcess): Promise<T> {
  const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  const died = once(process, "exit", { signal }).then(() => {
    throw new Error("The subscribers' process died");
  });
  const [message] = await Promise.race([once(process, "message", { signal }), died]);
  return message as T;
}

/** Appends at a steady rate, independent of the time of the answers. Returns the number of records. */
async function write(url: URL, { rate, seconds }: Load): Promise<number> {
  const startedAt = performance.now();
  const appends: Promise<Appended>[] = [];
  for (let at = 0; at < rate * seconds; at++) {
    await setTimeout(Math.max(0, startedAt + (at * 1_000) / rate - performance.now()));
    appends.push(append(url));
  }
  const answers = await Promise.all(appends);
  const elapsedS = (performance.now() - startedAt) / 1_000;
  console.log(`Appended   ${answers.length} records in ${elapsedS.toFixed(1)} s`);
  return Math.max(...answers.map(({ tail }) => tail));
}

/** The text of the record is the time at which it was sent, ms since the epoch. */
function append(url: URL): Promise<Appended> {
  const body = String(performance.timeOrigin + performance.now());
  return requestJson(url, { method: "POST", headers: { "Content-Type": "text/plain" }, body });
}

function judge(report: Report, total: number): void {
  const { subscribers, records, reconnects, faultCount, p50Ms, p99Ms, maxMs } = report;
  console.log(`Delivered  ${records} records to ${subscribers} subscribers, ${reconnects} reconnects`);
  console.log(`Delay      p50 ${p50Ms} ms, p99 ${p99Ms} ms, max ${maxMs.toFixed(0)} ms`);
  for (const line of [...report.faults, ...report.breaks]) console.error(line);
  if (faultCount > 0 || records !== total * subscribers)
    throw new Error(`${faultCount} faults, and ${records} records instead of ${total * subscribers}`);
  console.log("Every subscriber saw every record once and in order.");
}
