/**
 * Kills a process when the standard input of this one ends. It ends when the parent is gone, for any reason. The last line
 * of the input is the id of the process. A parent that has stopped that process itself kills this guard first.
 */
import { createInterface } from "node:readline";

let guarded: number | undefined;
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  guarded = Number(line);
});
lines.on("close", () => {
  if (guarded === undefined) return;
  try {
    process.kill(guarded, "SIGKILL");
  } catch {
    // It has already ended.
  }
});
