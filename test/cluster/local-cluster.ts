import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { type ClusterOptions, startCluster } from "../../scripts/cluster.ts";
import type { Runtime } from "../../scripts/runtime.ts";

type Options = Pick<ClusterOptions, "sleepAfterMs" | "vars" | "entryPoint" | "onLog">;

/** A local cluster of three nodes, with a directory of its own, that runs while the tests of a file do. */
export class LocalCluster {
  /** Of the tests too: the cluster keeps to `data` in it. */
  readonly directory: string;
  readonly #options: Options;
  #runtime: Runtime | null = null;
  #url: string | null = null;

  constructor(options: Options) {
    this.directory = mkdtempSync(join(tmpdir(), "timberline-test-"));
    this.#options = options;
  }

  /** The same through restarts. */
  get url(): string {
    if (this.#url === null) throw new Error("the cluster was never started");
    return this.#url;
  }

  get isRunning(): boolean {
    return this.#runtime !== null;
  }

  async start(): Promise<void> {
    const port = this.#url === null ? 0 : Number(new URL(this.#url).port);
    this.#runtime = await startCluster({
      ...this.#options,
      ...{ data: join(this.directory, "data"), nodes: 3, port },
    });
    this.#url = this.#runtime.url;
  }

  async stop(): Promise<void> {
    await this.#runtime?.stop();
    this.#runtime = null;
  }

  /** Ends its process at once. */
  async kill(): Promise<void> {
    if (this.#runtime !== null) process.kill(this.#runtime.pid(), "SIGKILL");
    await this.stop();
  }

  /** Removes its directory; it has stopped. */
  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}

/** Starts a cluster before the tests of this file, and stops it after them. */
export function useCluster(options: Options = {}): LocalCluster {
  const cluster = new LocalCluster(options);
  beforeAll(() => cluster.start(), 30_000);
  afterAll(async () => {
    await cluster.stop();
    cluster.remove();
  });
  return cluster;
}
