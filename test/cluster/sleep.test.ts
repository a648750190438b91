import { setTimeout } from "node:timers/promises";
import { beforeAll, expect, test, vi } from "vitest";
import { useCluster } from "./local-cluster.ts";
import { appendText, createLog, readFrom, send } from "./requests.ts";

/** Longer than two election timeouts of a local cluster: every alarm that was set before has rung. */
const WHILE_MS = 2_500;

const patience = { timeout: 20_000, interval: 100 };
const cluster = useCluster({ sleepAfterMs: 500 });

beforeAll(() => createLog(cluster.url, "idle"), 30_000);

interface ClusterStatus {
  readonly term: number;
  readonly leader: number;
  readonly quiesced: boolean;
  readonly members: readonly { readonly id: number; readonly counters: Readonly<Record<string, number>> }[];
}

async function status(): Promise<ClusterStatus> {
  const { body } = await send(cluster.url, "GET", "/v1/clusters/main");
  return body as ClusterStatus;
}

const untilQuiesced = () =>
  vi.waitFor(async () => {
    const found = await status();
    expect(found.quiesced).toBe(true);
    return found;
  }, patience);

const countersOf = ({ members }: ClusterStatus) => members.map(({ counters }) => counters);

const append = (seq: number) => appendText(cluster.url, "idle", `record ${seq}`, { id: "p", seq });

test("a quiesced cluster rings no alarm, makes no call and writes no row, and then commits in its term", async () => {
  await append(0);
  await untilQuiesced();
  await setTimeout(WHILE_MS);
  const before = await untilQuiesced();
  await setTimeout(WHILE_MS);
  const after = await status();
  expect(after).toEqual({ ...before, members: expect.anything() });
  expect(countersOf(after)).toEqual(countersOf(before));
  expect(await append(1)).toMatchObject({ start: 1, term: before.term });
  expect(await status()).toMatchObject({ leader: before.leader, term: before.term });
}, 40_000);

test("so does one whose objects all lost their memory in their sleep", async () => {
  const { term, leader, members } = await untilQuiesced();
  for (const { id } of members) {
    const abort = new URL(`/v1/local/nodes/${id}/abort`, cluster.url);
    expect((await fetch(abort, { method: "POST" })).status).toBe(204);
  }
  expect(await status()).toMatchObject({ quiesced: true, term, leader });
  const { records } = await readFrom(cluster.url, "idle", "from=0&consistency=local");
  expect(records.map(({ data }) => data)).toEqual(["record 0", "record 1"]);
  expect(await status()).toMatchObject({ quiesced: true });
  expect(await append(2)).toMatchObject({ start: 2, term });
}, 40_000);
