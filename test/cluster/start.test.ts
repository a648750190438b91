import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";

const START = fileURLToPath(new URL("../../scripts/start.ts", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "timberline-start-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** In a process group of its own, with all that it starts to run the cluster. */
const start = (...options: string[]) =>
  spawn(process.execPath, [START, ...options], { detached: true, stdio: ["ignore", "pipe", "pipe"] });

async function untilReady(child: ReturnType<typeof start>): Promise<string> {
  let output = "";
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    output += chunk;
    const url = /^Ready at (\S+),/m.exec(output)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error(`It ended before it was ready: ${output}${await text(child.stderr)}`);
}

/** Signal 0 reaches nobody, but tells whether there is somebody. */
function hasProcesses({ pid = 0 }: ChildProcess): boolean {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}

async function failure(...options: string[]): Promise<{ code: unknown; message: string }> {
  const child = start(...options);
  const [message, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  return { code, message };
}

describe("npm start", () => {
  test("serves, keeps its data to itself, and leaves no process behind when it is told to end", async () => {
    const data = join(directory, "data");
    const child = start("--data", data);
    const exit = once(child, "exit");
    const url = await untilReady(child);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect(await failure("--data", data)).toMatchObject({
      code: 1,
      message: expect.stringContaining("in use"),
    });
    const port = new URL(url).port;
    expect(await failure("--port", port)).toMatchObject({
      code: 1,
      message: expect.stringContaining("in use"),
    });

    child.kill("SIGTERM");
    expect(await exit).toEqual([0, null]);
    await expect.poll(() => hasProcesses(child), { timeout: 5_000 }).toBe(false);

    const other = await failure("--data", data, "--nodes", "5");
    expect(other).toMatchObject({ code: 1, message: expect.stringContaining("3 nodes, not 5") });
  }, 30_000);

  test.each(["--port x", "--nodes 4", "--what"])("refuses %s", async (options) => {
    expect(await failure(...options.split(" "))).toMatchObject({
      code: 2,
      message: expect.stringContaining("Usage"),
    });
  });
});
