import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { appendFile } from "../../scripts/files/append-file.ts";
import { readLog } from "../../scripts/files/read-log.ts";
import { crashLeader } from "../../scripts/leadership.ts";
import { RECORD_BYTES_MAX } from "../../src/log/limits.ts";
import { useCluster } from "./local-cluster.ts";
import { appendText, createLog, places, readFrom, send } from "./requests.ts";

const LINES = 4_000;
const CRASHES = 5;
const BATCH_RECORDS = 40;

const cluster = useCluster();
const file = join(cluster.directory, "lines.txt");

beforeAll(() => {
  const lines = Array.from({ length: LINES }, (_, i) => `${i} ${"řeka ".repeat(i % 17)}\r\n`);
  writeFileSync(file, `${lines.join("")}the last line has no newline`);
});

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

async function expectWholeFile(log: string): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of readLog({
    url: cluster.url,
    log,
    from: "earliest",
    onProgress: () => undefined,
  })) {
    chunks.push(chunk);
  }
  expect(sha256(Buffer.concat(chunks))).toBe(sha256(readFileSync(file)));
  const { body } = await send(cluster.url, "GET", `/v1/logs/${log}`);
  expect(body).toMatchObject({ tail: LINES + 1 });
}

describe("a file", () => {
  test("comes back as it went in, with the leader crashed again and again on the way", async () => {
    const crashed: Promise<unknown>[] = [];
    const onProgress = (done: number): void => {
      if (done >= ((crashed.length + 1) * LINES) / (CRASHES + 1)) crashed.push(crashLeader(cluster.url));
    };
    const { url } = cluster;
    const summary = await appendFile({
      url,
      log: "file",
      file,
      batch: BATCH_RECORDS,
      producer: "test",
      onProgress,
    });
    await Promise.all(crashed);
    expect(crashed.length).toBeGreaterThanOrEqual(CRASHES);
    expect(summary).toMatchObject({ records: LINES + 1, start: 0, end: LINES + 1 });
    await expectWholeFile("file");
  }, 60_000);

  test("is still there once the cluster was stopped and started", async () => {
    await cluster.stop();
    await cluster.start();
    await expectWholeFile("file");
  }, 30_000);

  test("is not appended again by its producer", async () => {
    const { url } = cluster;
    const summary = await appendFile({
      ...{ url, log: "file", file, batch: BATCH_RECORDS, producer: "test" },
      onProgress: () => undefined,
    });
    expect(summary).toMatchObject({ start: 0, end: LINES + 1, duplicates: LINES + 1 });
    await expectWholeFile("file");
  }, 30_000);
});

describe("leadership", () => {
  test("moves ten times under a writer's hands, and nothing is lost, doubled or out of order", async () => {
    await createLog(cluster.url, "moving");
    const writer = new AbortController();
    const written = writeUntil(writer.signal, "moving");
    const moves: unknown[] = [];
    for (let move = 0; move < 10; move += 1) {
      const node = (move % 3) + 1;
      const init = { body: JSON.stringify({ node }), headers: { "Content-Type": "application/json" } };
      moves.push(await send(cluster.url, "POST", "/v1/clusters/main/leader", init));
    }
    writer.abort();
    const count = await written;
    expect(count).toBeGreaterThan(0);
    const led = Array.from({ length: 10 }, (_, move) => ({ status: 200, body: { leader: (move % 3) + 1 } }));
    expect(moves).toMatchObject(led);
    const { records } = await readFrom(cluster.url, "moving", "from=earliest&limit=10000");
    expect(records.map(({ data }) => data)).toEqual(Array.from({ length: count }, (_, i) => `record ${i}`));
  }, 60_000);
});

/** Appends one record after another, each at its place; gives how many. */
async function writeUntil(signal: AbortSignal, log: string): Promise<number> {
  for (let seq = 0; ; seq += 1) {
    if (signal.aborted) return seq;
    const { start } = await appendText(cluster.url, log, `record ${seq}`, { id: "writer", seq });
    expect(start).toBe(seq);
  }
}

describe("an append", () => {
  test("is seen by every read after it, whichever node leads", async () => {
    await createLog(cluster.url, "read-your-writes");
    let crash: Promise<unknown> = Promise.resolve();
    for (let i = 0; i < 60; i += 1) {
      if (i % 20 === 10) crash = crashLeader(cluster.url);
      const { start } = await appendText(cluster.url, "read-your-writes", `record ${i}`, {
        id: "reader",
        seq: i,
      });
      expect(start).toBe(i);
      const { records } = await readFrom(cluster.url, "read-your-writes", `from=${start}`);
      expect(records.map(({ data }) => data)).toEqual([`record ${i}`]);
      await crash;
    }
  }, 60_000);

  test("is refused, with the tail, when it expects another one", async () => {
    await createLog(cluster.url, "conditional");
    const path = "/v1/logs/conditional/records";
    const first = await send(cluster.url, "POST", `${path}?expected_seq=0`, { body: "a" });
    expect(first).toMatchObject({ status: 200, body: { start: 0, end: 1, tail: 1 } });
    const second = await send(cluster.url, "POST", `${path}?expected_seq=0`, { body: "b" });
    expect(second).toMatchObject({ status: 412, body: { tail: 1, expected_seq: 0 } });
    const { records } = await readFrom(cluster.url, "conditional", "from=0");
    expect(records).toHaveLength(1);
  });

  test("of exactly the size limit comes back whole, and one of one byte more is refused", async () => {
    await createLog(cluster.url, "large");
    const path = "/v1/logs/large/records";
    const headers = { "Content-Type": "application/json" };
    const appendOf = (bytes: number) =>
      send(cluster.url, "POST", path, {
        headers,
        body: JSON.stringify({ records: [{ data: "x".repeat(bytes) }] }),
      });
    expect(await appendOf(RECORD_BYTES_MAX)).toMatchObject({ status: 200 });
    expect(await appendOf(RECORD_BYTES_MAX + 1)).toMatchObject({
      status: 413,
      body: { type: "/problems/record-too-large", bytes_max: RECORD_BYTES_MAX },
    });
    const { records } = await readFrom(cluster.url, "large", "from=0");
    expect(records.map(({ data }) => data.length)).toEqual([RECORD_BYTES_MAX]);
  });

  test("that a producer repeats gets its first positions, though the leader crashed between", async () => {
    await createLog(cluster.url, "duplicate");
    const first = await appendText(cluster.url, "duplicate", "once", { id: "p", seq: 0 });
    await crashLeader(cluster.url);
    const again = await appendText(cluster.url, "duplicate", "once", { id: "p", seq: 0 });
    expect(again).toEqual({ ...first, duplicate: true });
    const { records } = await readFrom(cluster.url, "duplicate", "from=0");
    expect(records).toHaveLength(1);
  }, 20_000);
});

test.each(places)(
  "the replica near %j reads its own records, once they reach the index asked for",
  async (place) => {
    const log = `near${place.longitude}`;
    await createLog(cluster.url, log);
    const { index } = await appendText(cluster.url, log, "everywhere", { id: "p", seq: 0 });
    const { records } = await readFrom(
      cluster.url,
      log,
      `from=0&consistency=local&min_index=${index}`,
      place,
    );
    expect(records.map(({ data }) => data)).toEqual(["everywhere"]);
  },
  20_000,
);
