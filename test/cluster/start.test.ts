import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";

const START = fileURLToPath(new URL("../../scripts/start.ts", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "timberline-start-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** A shell in which another cluster was used before. */
const env = { ...process.env, TIMBERLINE_TOKEN: "that of another cluster" };

/** In a process group of its own, with all that it starts to run the cluster. */
const start = (...options: string[]) =>
  spawn(process.execPath, [START, ...options], { detached: true, stdio: ["ignore", "pipe", "pipe"], env });

/** What the first group of the pattern found in its output, or all of it. */
async function untilSaid(child: ReturnType<typeof start>, pattern: RegExp): Promise<string> {
  let output = "";
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    output += chunk;
    const found = pattern.exec(output);
    if (found !== null) return found[1] ?? found[0];
  }
  throw new Error(`It ended before it said so: ${output}${await text(child.stderr)}`);
}

/** Signal 0 has no effect, but shows whether the process exists. */
function hasProcesses({ pid = 0 }: ChildProcess): boolean {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}

async function failure(...options: string[]): Promise<{ code: unknown; message: string; output: string }> {
  const child = start(...options);
  const [message, output, [code]] = await Promise.all([
    text(child.stderr),
    text(child.stdout),
    once(child, "exit"),
  ]);
  return { code, message, output };
}

describe("npm start", { timeout: 30_000 }, () => {
  test("serves, keeps its data to itself, and leaves no process behind when it is told to end", async () => {
    const data = join(directory, "data");
    const child = start("--data", data);
    const exit = once(child, "exit");
    const url = await untilSaid(child, /^Ready at (\S+),/m);
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
  });

  test("prints how many nodes a new cluster has, and which process uses the data before it takes a port", async () => {
    const data = join(directory, "other");
    const child = start("--data", data, "--nodes", "5");
    const exit = once(child, "exit");
    await untilSaid(child, /^Starting a new cluster of 5 nodes in /m);
    const other = await failure("--data", data, "--nodes", "5");
    expect(other).toMatchObject({ code: 1, message: expect.stringContaining(`(process ${child.pid})`) });
    expect(other.output).toBe("");
    child.kill("SIGTERM");
    await exit;
  });

  test("refuses a file as its data directory, and one that lies below a file", async () => {
    for (const data of [START, join(START, "below")]) {
      const refused = {
        code: 1,
        message: expect.stringMatching(/^\/.*start\.ts.* can't be a data directory: a file/),
      };
      expect(await failure("--data", data)).toMatchObject(refused);
    }
  });

  test.each([
    ["SLEEP_AFTER_MS=abc", "SLEEP_AFTER_MS must be a whole number"],
    ["CORS_ORIGINS=http://x/", "Write http://x"],
  ])("names what is wrong with --var %s", async (variable, message) => {
    const wrong = await failure("--data", join(directory, "wrong"), "--var", variable);
    expect(wrong).toMatchObject({ code: 1, message: expect.stringContaining(message) });
  });

  test("--auth asks for the token that it made, says it once and keeps it for its owner", async () => {
    const data = join(directory, "auth");
    const child = start("--data", data, "--auth", "--var", "CORS_ORIGINS=https://app.example");
    const exit = once(child, "exit");
    const token = await untilSaid(child, /^The admin token, kept in \S+: (\S+)$/m);
    const url = await untilSaid(child, /^Ready at (\S+),/m);
    const status = async (headers: Record<string, string>) =>
      (await fetch(`${url}/v1/logs`, { headers })).status;
    expect([await status({}), await status({ Authorization: `Bearer ${token}` })]).toEqual([401, 200]);
    const answer = await fetch(`${url}/healthz`, { headers: { Origin: "https://app.example" } });
    expect(answer.headers.get("Access-Control-Allow-Origin")).toBe("https://app.example");
    const file = join(data, "admin-token");
    expect([readFileSync(file, "utf8"), statSync(file).mode & 0o777]).toEqual([`${token}\n`, 0o600]);
    child.kill("SIGTERM");
    await exit;

    const again = start("--data", data, "--auth");
    const exitAgain = once(again, "exit");
    const output = await untilSaid(again, /^([\s\S]*Ready at \S+,)/m);
    expect(output).toContain(`The admin token is in ${file}`);
    expect(output).not.toContain(token);
    const second = /^Ready at (\S+),/m.exec(output)?.[1];
    const headers = { Authorization: `Bearer ${token}` };
    expect((await fetch(`${second}/v1/logs`, { headers })).status).toBe(200);
    again.kill("SIGTERM");
    await exitAgain;
  });

  test("--var TRACE=on prints what happens in consensus", async () => {
    const child = start("--data", join(directory, "traced"), "--var", "TRACE=on");
    const exit = once(child, "exit");
    const line = await untilSaid(child, /(\{.*"kind":"role".*"to":"leader".*\})/);
    expect(JSON.parse(line)).toMatchObject({
      node: expect.stringMatching(/^main\/[123]$/),
      why: "votes-won",
    });
    child.kill("SIGTERM");
    await exit;
  });

  test.each([
    "--port x",
    "--nodes 4",
    "--what",
    "--var LOCAL=off",
    "--var x",
    "--auth --var ADMIN_TOKEN=t",
    "--var JWT_SECRET=s",
  ])("refuses %s", async (options) => {
    expect(await failure(...options.split(" "))).toMatchObject({
      code: 2,
      message: expect.stringContaining("Usage"),
    });
  });
});
