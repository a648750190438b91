import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import getPort from "get-port";
import { afterAll, expect, test } from "vitest";

const APPEND = fileURLToPath(new URL("../../scripts/append.ts", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "timberline-append-"));
afterAll(() => rmSync(directory, { recursive: true }));

test("npm run append says once that nothing answers yet, and appends when it does", async () => {
  const file = join(directory, "one-line");
  writeFileSync(file, "only\n");
  const port = await getPort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [APPEND, "a", file, "--url", url], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = text(child.stdout);
  const exit = once(child, "exit");
  const complaints = child.stderr.iterator({ destroyOnReturn: false });
  const first = String((await complaints.next()).value);
  expect(first).toMatch(new RegExp(`^${url} did not answer: .*Trying again for 60 s.$`, "m"));

  const server = createServer((request, response) => {
    response.end(request.method === "PUT" ? "{}" : '{"start":7,"end":8,"duplicate":false}');
  }).listen(port, "127.0.0.1");
  expect(await exit).toEqual([0, null]);
  server.close();
  expect(await output).toMatch(/^Appended 1 record at 7, in /);
  expect((await complaints.next()).done).toBe(true);
}, 20_000);
