import { beforeAll, expect, test } from "vitest";
import { useCluster } from "./local-cluster.ts";
import { appendText, createLog, places, send, statusOf } from "./requests.ts";

/** Leadership moves after six windows, and not before twelve. */
const windowMs = 400;

const cluster = useCluster({ vars: { WRITERS_WINDOW_MS: String(windowMs) } });

beforeAll(() => createLog(cluster.url, "log"), 30_000);

let seq = 0;
const appendFrom = (at: number): Promise<unknown> =>
  appendText(cluster.url, "log", `record ${seq}`, { id: "writer", seq: seq++ }, places[at]);

async function handTo(node: number): Promise<void> {
  const init = { body: JSON.stringify({ node }), headers: { "Content-Type": "application/json" } };
  expect(await send(cluster.url, "POST", "/v1/clusters/main/leader", init)).toMatchObject({ status: 200 });
}

/** Writes until `isOver` says so; it is asked now and then. */
async function write(from: () => number, isOver: () => Promise<boolean>): Promise<void> {
  do {
    for (let append = 0; append < 20; append += 1) await appendFrom(from());
  } while (!(await isOver()));
}

test("leadership follows a writer, and says so", async () => {
  await handTo(1);
  const since = Date.now();
  await write(
    () => 2,
    async () => (await statusOf(cluster.url)).leader === 3,
  );
  const { last_hand_over: last, follows_writers: follows } = await statusOf(cluster.url);
  expect(follows).toBe(true);
  expect(last?.to).toBe(3);
  expect(last?.at).toBeGreaterThanOrEqual(since);
}, 60_000);

test("leadership stays where it is between two writers alike", async () => {
  await handTo(2);
  const before = (await statusOf(cluster.url)).last_hand_over;
  const end = Date.now() + 20 * windowMs;
  await write(
    () => (seq % 2 === 0 ? 0 : 2),
    async () => Date.now() >= end,
  );
  const { leader, last_hand_over: last, members } = await statusOf(cluster.url);
  expect([leader, last]).toEqual([2, before]);
  const [first, second, third] = members.map(({ append_share: share }) => share);
  expect(second).toBe(0);
  expect(first).toBeGreaterThan(0.3);
  expect(third).toBeGreaterThan(0.3);
}, 60_000);
