import { AsyncLocalStorage } from "node:async_hooks";
import { type ChildProcess, spawn } from "node:child_process";
import diagnostics from "node:diagnostics_channel";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

const GUARD = fileURLToPath(new URL("./guard.ts", import.meta.url));

/** The workerd process of one runtime, through restarts. */
export interface RuntimeProcess {
  /** Runs `start`. Its workerd process, and each later one that replaces it, belong to this object. */
  within<T>(start: () => T): T;
  /** The id of the process. Throws if none was started. */
  pid(): number;
  /** Call this when the runtime has been stopped. */
  release(): void;
}

/**
 * Finds the workerd process that Miniflare starts, through Node, because Miniflare does not tell. Starts a guard that kills
 * it if this process dies without stopping it (`kill -9`).
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
