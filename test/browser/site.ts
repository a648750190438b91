import { createServer } from "node:http";
import getPort from "get-port";
import { afterAll, beforeAll } from "vitest";

const page = '<!doctype html><title>A page</title><link rel="icon" href="data:," />';

/** A web site with one empty page, at an origin of its own, that runs during the tests of a file. */
export async function useSite(): Promise<string> {
  const port = await getPort({ host: "127.0.0.1" });
  const server = createServer((_, response) => response.setHeader("Content-Type", "text/html").end(page));
  beforeAll(() => new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve)));
  afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return `http://127.0.0.1:${port}`;
}
