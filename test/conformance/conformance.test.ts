import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runConformanceTests } from "@durable-streams/server-conformance-tests";
import { afterAll, beforeAll } from "vitest";
import { startCluster } from "../../scripts/cluster.ts";
import type { Runtime } from "../../scripts/runtime.ts";

/** Longer than a long poll waits at our server. */
const LONG_POLL_TIMEOUT_MS = 25_000;

const directory = mkdtempSync(join(tmpdir(), "timberline-conformance-"));
let cluster: Runtime | null = null;

/** `npm run conformance` sets the address of the server to test. */
const options = {
  baseUrl: process.env.CONFORMANCE_URL ?? "",
  longPollTimeoutMs: LONG_POLL_TIMEOUT_MS,
  subscriptions: true,
};

beforeAll(async () => {
  if (options.baseUrl !== "") return;
  cluster = await startCluster({ data: join(directory, "data"), nodes: 3, port: 0 });
  // The suite reads it when its tests run.
  options.baseUrl = cluster.url;
}, 30_000);

afterAll(async () => {
  await cluster?.stop();
  rmSync(directory, { recursive: true });
});

runConformanceTests(options);
