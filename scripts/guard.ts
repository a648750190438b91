/**
 * Kills a process once this one's standard input ends, which it does when its parent is gone, however it
 * went. The last line of the input names the process; a parent that has cleaned up kills this one first.
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
    // Gone already.
  }
});
