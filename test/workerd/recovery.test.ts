import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { MAIN } from "../../src/http/scope.ts";
import { abortNode, nodeStatus } from "../../src/transport/object.ts";
import type { Status } from "../../src/transport/status.ts";
import worker from "../../src/worker.ts";

const patience = { timeout: 20_000, interval: 50 };
const address = (id: number) => ({ cluster: MAIN, id, region: "weur" });

const fetchWorker = (path: string, init: RequestInit) =>
  worker.fetch(new Request(`http://timberline.localhost${path}`, init), env);

async function send(method: string, path: string, body?: unknown) {
  const json = { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  const response = await fetchWorker(path, { method, ...(body === undefined ? {} : json) });
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came back
  return { status: response.status, body: (await response.json()) as any };
}

/** With a producer tuple, so that it can be sent again. */
async function append(seq: number, timeoutMs = 10_000): Promise<number> {
  const producer = { "Producer-Id": "p", "Producer-Epoch": "0", "Producer-Seq": String(seq) };
  const headers = { "Content-Type": "text/plain", ...producer };
  const path = `/v1/logs/a/records?timeout_ms=${timeoutMs}`;
  return (await fetchWorker(path, { method: "POST", body: `record ${seq}`, headers })).status;
}

const clusterStatus = async () => (await send("GET", "/v1/clusters/main")).body;

/** Once it holds all that any node holds. */
const untilLevel = (id: number) =>
  vi.waitFor(async () => {
    const all = await Promise.all([1, 2, 3].map((other) => nodeStatus(env.NODES, address(other))));
    const lasts = all.map((status) => (status as Status).lastIndex);
    expect(lasts[id - 1]).toBe(Math.max(...lasts));
  }, patience);

/** The object forgets all that it ever knew. */
async function destroy(id: number): Promise<void> {
  const stub = env.NODES.get(env.NODES.idFromName(`${MAIN}/${id}`));
  await runInDurableObject(stub, async (_object, { storage }) => {
    await storage.deleteAlarm();
    await storage.deleteAll();
  });
  await abortNode(env.NODES, address(id));
}

it("the last node of three goes on alone when it is told to, with all it holds, and grows to three again", async () => {
  expect((await send("PUT", "/v1/logs/a")).status).toBe(201);
  expect(await append(0)).toBe(200);
  await untilLevel(3);
  for (const id of [1, 2]) await destroy(id);
  expect(await append(1, 1_000)).toBe(503);

  const recovered = await vi.waitFor(async () => {
    const lost = { lost: [1, 2], accept_data_loss: true };
    const answer = await send("POST", "/v1/clusters/main/members/3/recover", lost);
    expect(answer.body).not.toMatchObject({ type: "/problems/recovery-has-leader" });
    return answer;
  }, patience);
  const forced = { lost: [1, 2], at: expect.any(Number) };
  expect(recovered).toMatchObject({ status: 200, body: { configuration: { voters: [3], forced } } });
  expect(await clusterStatus()).toMatchObject({ leader: 3, configuration: { forced }, members: [{ id: 3 }] });
  expect(await append(1)).toBe(200);

  const added = await send("POST", "/v1/clusters/main/members", {
    add: [{ region: "oc" }, { region: "me" }],
  });
  expect(added).toMatchObject({ status: 202, body: { added: [4, 5] } });
  await vi.waitFor(async () => {
    const stable = { state: "stable", voters: [3, 4, 5], forced: null };
    expect((await clusterStatus()).configuration).toMatchObject(stable);
  }, patience);

  await abortNode(env.NODES, address(3));
  expect(await append(2)).toBe(200);
  const { body } = await send("GET", "/v1/logs/a/records?from=0");
  expect(body.records.map(({ data }: { data: string }) => data)).toEqual([0, 1, 2].map((n) => `record ${n}`));
  for (const id of [1, 2]) expect(await nodeStatus(env.NODES, address(id))).toBeNull();
}, 60_000);
