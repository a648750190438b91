import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withCluster } from "./cluster.ts";
import { appendFile } from "./files/append-file.ts";
import { requestJson } from "./files/http.ts";
import { readLog } from "./files/read-log.ts";
import { crashLeader, type Leadership } from "./leadership.ts";
import { integerOption, parseCommandLine, runProgram, UsageError } from "./options.ts";

const LINES = 100_000;
const LOG = "durability";
const BATCH_RECORDS = 200;
const CRASHES_MIN = "5";

const USAGE = `Usage: npm run check:durability -- [FILE] [options]

Appends a file to a new local cluster while its leader is crashed again and again, reads it back, stops
and starts the cluster, reads it again, and compares checksums and counts. Without a FILE, ${LINES}
generated lines are used. Exits with 1 on any difference.

  --crashes N    The least number of crashes of the leader (default ${CRASHES_MIN})
  --help         Show this`;

/** The properties by which the file and the read-back copy are compared. */
interface Fingerprint {
  readonly sha256: string;
  readonly lines: number;
}

await runProgram(USAGE, async () => {
  const { values, positionals } = parseCommandLine({
    allowPositionals: true,
    options: { crashes: { type: "string", default: CRASHES_MIN } },
  });
  if (positionals.length > 1) throw new UsageError("check:durability accepts at most one FILE");
  const crashes = integerOption("crashes", values.crashes, 0, 100);
  const directory = await mkdtemp(join(tmpdir(), "timberline-durability-"));
  try {
    await check(positionals[0] ?? (await makeLines(directory)), join(directory, "data"), crashes);
  } finally {
    await rm(directory, { recursive: true });
  }
});

async function check(file: string, data: string, crashes: number): Promise<void> {
  const expected = await fingerprint(createReadStream(file));
  console.log(`File       ${describe(expected)}`);
  const options = { data, nodes: 3, port: 0 };
  await withCluster(options, async ({ url }) => {
    await appendCrashing(url, file, expected.lines, crashes);
    await compare("Read back ", expected, url);
  });
  await withCluster(options, async ({ url }) => compare("Restarted ", expected, url));
  console.log("Identical.");
}

/** The crashes are spread evenly over the lines; the appends do not wait for them. */
async function appendCrashing(url: string, file: string, lines: number, crashes: number): Promise<void> {
  const interval = lines / (crashes + 1);
  const crashed: Promise<Leadership>[] = [];
  const onProgress = (done: number): void => {
    if (crashed.length < crashes && done >= interval * (crashed.length + 1)) crashed.push(crashLeader(url));
  };
  const startedAt = performance.now();
  const summary = await appendFile({
    url,
    log: LOG,
    file,
    batch: BATCH_RECORDS,
    producer: "check",
    onProgress,
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  const leaders = await Promise.all(crashed);
  console.log(`Appended   ${summary.records} records in ${seconds.toFixed(1)} s`);
  console.log(
    `Crashed    the leader ${leaders.length} times on the way: ${leaders.map(describeLeader).join(", ")}`,
  );
  if (leaders.length < crashes) throw new Error(`${lines} lines are too few for ${crashes} crashes`);
}

/** Throws if anything differs. */
async function compare(step: string, expected: Fingerprint, url: string): Promise<void> {
  const found = await fingerprint(readLog({ url, log: LOG, from: "earliest", onProgress: () => undefined }));
  const { tail } = await requestJson<{ tail: number }>(new URL(`/v1/logs/${LOG}`, url));
  console.log(`${step} ${describe(found)}, ${tail} records`);
  if (found.sha256 !== expected.sha256) throw new Error("The checksums differ");
  if (found.lines !== expected.lines || tail !== expected.lines) throw new Error("The counts differ");
}

/** A last line without a newline counts too. */
async function fingerprint(chunks: AsyncIterable<Buffer>): Promise<Fingerprint> {
  const hash = createHash("sha256");
  let newlines = 0;
  let open = false;
  for await (const chunk of chunks) {
    hash.update(chunk);
    for (let at = chunk.indexOf("\n"); at !== -1; at = chunk.indexOf("\n", at + 1)) newlines += 1;
    if (chunk.length > 0) open = chunk.at(-1) !== 0x0a;
  }
  return { sha256: hash.digest("hex"), lines: newlines + (open ? 1 : 0) };
}

function describe({ sha256, lines }: Fingerprint): string {
  return `sha256 ${sha256}, ${lines} lines`;
}

function describeLeader({ leader, term }: Leadership): string {
  return `node ${leader} in term ${term}`;
}

/** The same lines every time, of many different lengths. */
async function makeLines(directory: string): Promise<string> {
  const file = join(directory, "lines.txt");
  const lines = Array.from({ length: LINES }, (_, i) => {
    const digest = createHash("sha256").update(String(i)).digest("hex");
    return `${i} ${digest.slice(0, Number.parseInt(digest.slice(0, 2), 16) % 64)} čtvrtek\n`;
  });
  await writeFile(file, lines.join(""));
  return file;
}
