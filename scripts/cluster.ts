import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { optionsFrom } from "../src/node/options.ts";
import { bundleWorker } from "./bundle.ts";
import { lockDataDirectory } from "./data-lock.ts";
import { bearer } from "./files/http.ts";
import { type Runtime, type RuntimeOptions, startRuntime } from "./runtime.ts";
import { compatibilityDate } from "./worker-config.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const REGIONS = ["wnam", "enam", "weur", "eeur", "apac"];

/** How long a cluster may take until it has a leader that serves, ms. */
const READY_TIMEOUT_MS = 30_000;
const READY_POLL_MS = 50;

/** Shorter than a deployed cluster needs, because on one machine only a busy processor delays a message. */
const ELECTION_TIMEOUT_MS = 1_000;
const HEARTBEAT_MS = 100;
const SLEEP_AFTER_MS = 10_000;

export interface ClusterOptions extends Pick<RuntimeOptions, "inspect" | "onLog"> {
  /** The directory of its state, which survives restarts. */
  readonly data: string;
  /** At most 5. */
  readonly nodes: number;
  /** 0 chooses a free port. */
  readonly port: number;
  /** How long it stays awake without work, ms; 0 for always. */
  readonly sleepAfterMs?: number;
  /** Aborts the start. */
  readonly signal?: AbortSignal;
  /** Variables of the Worker that override those of a local cluster. */
  readonly vars?: Readonly<Record<string, string>>;
  /** The entry point of another Worker with the same interface. */
  readonly entryPoint?: string;
}

/**
 * Starts a cluster on this machine, every node a Durable Object of one workerd process, and waits until a
 * leader serves. Every client that reaches the port may do everything, even crash a node.
 * Throws `DataDirectoryError`, and any error that keeps workerd from starting.
 */
export async function startCluster(options: ClusterOptions): Promise<Runtime> {
  const unlock = lockDataDirectory(resolve(options.data), options.nodes);
  try {
    const started = await startLocked(options);
    return { ...started, stop: () => started.stop().finally(unlock) };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** Starts a cluster as `startCluster` does, and stops it when `use` ends or throws. */
export async function withCluster(
  options: ClusterOptions,
  use: (cluster: Runtime) => Promise<void>,
): Promise<void> {
  const cluster = await startCluster(options);
  try {
    await use(cluster);
  } finally {
    await cluster.stop();
  }
}

/** As `startCluster`, for a caller that has locked the data directory. */
export async function startLocked(options: ClusterOptions): Promise<Runtime> {
  const runtime = await startRuntime(await runtimeOptions(options, resolve(options.data)));
  try {
    await untilReady(runtime.url, options);
    return runtime;
  } catch (error) {
    await runtime.stop();
    throw error;
  }
}

/** The variables of the Worker. Throws if one is not valid: a node that can't read them only stays silent. */
function variables(options: ClusterOptions) {
  const vars = {
    REGIONS: REGIONS.slice(0, options.nodes).join(","),
    ELECTION_TIMEOUT_MS: String(ELECTION_TIMEOUT_MS),
    HEARTBEAT_MS: String(HEARTBEAT_MS),
    LEADER_REGIONS: "",
    FOLLOW_WRITERS: "on",
    WRITERS_WINDOW_MS: "10000",
    SLEEP_AFTER_MS: String(options.sleepAfterMs ?? SLEEP_AFTER_MS),
    LOCAL: "on",
    ...options.vars,
  };
  optionsFrom(vars);
  return vars;
}

async function runtimeOptions(options: ClusterOptions, data: string) {
  return {
    name: "timberline",
    script: await bundleWorker(options.entryPoint ?? join(ROOT, "src/worker.ts")),
    compatibilityDate: compatibilityDate(),
    objects: { NODES: "TimberlineNode", DELIVERERS: "TimberlineDeliverer" },
    vars: variables(options),
    data,
    port: options.port,
    ...(options.inspect === undefined ? {} : { inspect: options.inspect }),
    ...(options.onLog === undefined ? {} : { onLog: options.onLog }),
  };
}

/** Bootstraps the cluster, unless it exists and a leader serves. */
async function untilReady(url: string, { signal, vars = {} }: ClusterOptions): Promise<void> {
  const deadline = AbortSignal.timeout(READY_TIMEOUT_MS);
  const stopped = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
  const headers = bearer(vars.ADMIN_TOKEN);
  for (;;) {
    const status = await answerOf(`${url}/readyz`, { signal: stopped });
    if (status === "ok") return;
    signal?.throwIfAborted();
    // This may fail because a node is lost; the others may still serve.
    const bootstrap = await answerOf(`${url}/v1/clusters/main`, { method: "PUT", headers, signal: stopped });
    if (bootstrap.includes("/problems/misconfigured")) throw new Error(bootstrap);
    if (deadline.aborted) throw new Error(`No leader after ${READY_TIMEOUT_MS} ms: ${status}`);
    await setTimeout(READY_POLL_MS);
  }
}

/** `ok`, or the error. */
async function answerOf(url: string, init: RequestInit): Promise<string> {
  try {
    const response = await fetch(url, init);
    const body = await response.text();
    return response.ok ? "ok" : `${response.status} ${body}`;
  } catch (error) {
    return String(error);
  }
}
