import { describe, expect, test } from "vitest";
import { currentLeader } from "../../scripts/leadership.ts";
import { useCluster } from "./local-cluster.ts";
import { appendText, createLog, readFrom, send } from "./requests.ts";

interface Status {
  readonly configuration: { readonly state: string; readonly voters: readonly number[] };
  readonly members: readonly unknown[];
}

const cluster = useCluster();

const change = (body: unknown) =>
  send(cluster.url, "POST", "/v1/clusters/main/members", {
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json" },
  });

const status = async (): Promise<Status> =>
  (await send(cluster.url, "GET", "/v1/clusters/main")).body as Status;

/** The voters, once no change is under way and they are so many. */
async function votersOnceStable(size: number): Promise<readonly number[]> {
  const stable = { state: "stable", voters: { length: size } };
  await expect.poll(async () => (await status()).configuration, { timeout: 30_000 }).toMatchObject(stable);
  return (await status()).configuration.voters;
}

/** Appends one record after another; gives how many. */
async function writeUntil(signal: AbortSignal, log: string): Promise<number> {
  for (let seq = 0; ; seq += 1) {
    if (signal.aborted) return seq;
    const { start } = await appendText(cluster.url, log, `record ${seq}`, { id: "writer", seq });
    expect(start).toBe(seq);
  }
}

/** The whole log, page by page. */
async function texts(log: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (;;) {
    const { records } = await readFrom(cluster.url, log, `from=${found.length}&limit=10000`);
    if (records.length === 0) return found;
    found.push(...records.map(({ data }) => data));
  }
}

describe("members", () => {
  let written: readonly string[] = [];

  test("go from 3 to 5 to 3, the leader replaced, under a writer's hands, and nothing is lost, doubled or out of order", async () => {
    await createLog(cluster.url, "growing");
    const writer = new AbortController();
    const writing = writeUntil(writer.signal, "growing");

    const grown = await change({ add: [{ region: "oc" }, { region: "me" }] });
    expect(grown).toMatchObject({ status: 202, body: { added: [4, 5] } });
    expect(await votersOnceStable(5)).toEqual([1, 2, 3, 4, 5]);

    const { leader } = await currentLeader(cluster.url);
    const replaced = await change({ region: "afr", remove: [leader] });
    expect(replaced).toMatchObject({
      status: 202,
      body: { added: [6], configuration: { leaving: [leader] } },
    });
    expect(await votersOnceStable(5)).toEqual([1, 2, 3, 4, 5, 6].filter((id) => id !== leader));

    const first = [1, 2, 3].filter((id) => id !== leader);
    expect(await change({ remove: first })).toMatchObject({ status: 202 });
    expect(await votersOnceStable(3)).toEqual([4, 5, 6]);

    writer.abort();
    const count = await writing;
    written = Array.from({ length: count }, (_, i) => `record ${i}`);
    expect(count).toBeGreaterThan(0);
    expect(await texts("growing")).toEqual(written);
  }, 120_000);

  test("are found by a Worker that starts anew, and knows only those of the bootstrap", async () => {
    await cluster.stop();
    await cluster.start();
    expect(await texts("growing")).toEqual(written);
    const { start: seq } = await appendText(cluster.url, "growing", "once more", { id: "other", seq: 0 });
    expect(seq).toBe(written.length);
    const { members } = await status();
    expect(members).toMatchObject([4, 5, 6].map((id) => ({ id, part: "voter", state: "started" })));
  }, 60_000);
});
