import { fileURLToPath } from "node:url";
import { LocalCluster } from "../../cluster/local-cluster.ts";

const worker = fileURLToPath(new URL("../worker/worker.ts", import.meta.url));

/** Short times, so that a seed sees elections, moves of leadership to the writers, and sleep. */
const sleepAfterMs = 500;
const vars = { ELECTION_TIMEOUT_MS: "500", HEARTBEAT_MS: "50", WRITERS_WINDOW_MS: "400" };

/** The cluster on which seeds run, one after the other. The running seed receives its log lines. */
export class SeededCluster extends LocalCluster {
  #onLog: (message: string) => void = () => undefined;

  /** `entryPoint`: another Worker than the production one, with the same interface. */
  constructor(entryPoint = worker) {
    super({ entryPoint, sleepAfterMs, vars, onLog: ({ message }) => this.#onLog(message) });
  }

  set onLog(hear: (message: string) => void) {
    this.#onLog = hear;
  }
}
