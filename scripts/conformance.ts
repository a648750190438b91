import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { withCluster } from "./cluster.ts";
import { requestJson } from "./files/http.ts";
import { currentLeader } from "./leadership.ts";
import { parseCommandLine, runProgram, UsageError, urlOption } from "./options.ts";

const SUITE = "test/conformance/conformance.test.ts";
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const VITEST = join(ROOT, "node_modules/vitest/vitest.mjs");
const NODES = 3;
const MOVE_EVERY_MS = 2_000;

const USAGE = `Usage: npm run conformance -- [options]

Runs the public suite of the Durable Streams protocol against a new local cluster of three nodes, and prints
how many of its tests passed. Exits with 1 if one failed.

  --disturb     Moves leadership to another node every two seconds
  --url URL     Tests this server instead of a local cluster
  --help        Show this`;

await runProgram(USAGE, async () => {
  const { values } = parseCommandLine({
    options: { disturb: { type: "boolean", default: false }, url: { type: "string" } },
  });
  if (values.url !== undefined) {
    if (values.disturb) throw new UsageError("--disturb works only with the local cluster");
    await runSuite(urlOption(values.url));
    return;
  }
  const directory = await mkdtemp(join(tmpdir(), "timberline-conformance-"));
  try {
    const options = { data: join(directory, "data"), nodes: NODES, port: 0 };
    await withCluster(options, ({ url }) => (values.disturb ? runDisturbed(url) : runSuite(url)));
  } finally {
    await rm(directory, { recursive: true });
  }
});

/** Throws if a test fails. */
async function runSuite(url: string): Promise<void> {
  const child = spawn(process.execPath, [VITEST, "run", "--project", "conformance", SUITE], {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, CONFORMANCE_URL: url },
  });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error("The suite did not pass");
}

async function runDisturbed(url: string): Promise<void> {
  const over = new AbortController();
  const moves = moveLeader(url, over.signal);
  try {
    await runSuite(url);
  } finally {
    over.abort();
    console.log(`Leadership moved ${await moves} times`);
  }
}

/** Hands leadership to the next node again and again. Returns how many times it moved. */
async function moveLeader(url: string, over: AbortSignal): Promise<number> {
  let moves = 0;
  while (!over.aborted) {
    await setTimeout(MOVE_EVERY_MS, undefined, { signal: over }).catch(() => undefined);
    if (over.aborted) break;
    const { leader } = await currentLeader(url);
    const body = JSON.stringify({ node: (leader % NODES) + 1 });
    const headers = { "Content-Type": "application/json" };
    await requestJson(new URL("/v1/clusters/main/leader", url), { method: "POST", headers, body });
    moves += 1;
  }
  return moves;
}
