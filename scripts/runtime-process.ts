import { AsyncLocalStorage } from "node:async_hooks";
import { type ChildProcess, spawn } from "node:child_process";
import diagnostics from "node:diagnostics_channel";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

const GUARD = fileURLToPath(new URL("./guard.ts", import.meta.url));

/** The workerd process of one runtime, through restarts. */
export interface RuntimeProcess {
  /** Runs `start`, whose workerd process, and those that it starts later instead, are this one's. */
  within<T>(start: () => T): T;
  /** Throws if none was started. */
  pid(): number;
  /** To be called once the runtime has been stopped. */
  release(): void;
}

/**
 * Learns which workerd process Miniflare starts (it does not say; Node does), and has it killed if this
 * process dies without having stopped it (`kill -9`).
 */
export function guardRuntime(): RuntimeProcess {
  const context = new AsyncLocalStorage<true>();
  const guard = spawn(process.execPath, [GUARD], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  guard.unref();
  let current: number | undefined;
  const onSpawn = (message: unknown): void => {
    const { process: child } = message as { process: ChildProcess };
    if (context.getStore() !== true) return;
    child.once("spawn", () => {
      if (!basename(child.spawnfile).startsWith("workerd")) return;
      current = child.pid;
      guard.stdin.write(`${current}\n`);
    });
  };
  diagnostics.subscribe("child_process", onSpawn);
  return {
    within: (start) => context.run(true, start),
    pid() {
      if (current === undefined) throw new Error("No workerd process was started");
      return current;
    },
    release() {
      diagnostics.unsubscribe("child_process", onSpawn);
      guard.kill();
    },
  };
}
