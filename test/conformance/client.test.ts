import { DurableStream, FetchError, IdempotentProducer, stream } from "@durable-streams/client";
import { describe, expect, test } from "vitest";
import { currentLeader } from "../../scripts/leadership.ts";
import { useCluster } from "../cluster/local-cluster.ts";
import { send } from "../cluster/requests.ts";

const cluster = useCluster();

const urlOf = (name: string): string => `${cluster.url}/v1/stream/${name}`;

/** The first `count` messages of a JSON stream, as a reader sees them that follows it from the beginning. */
async function follow<T>(url: string, live: "long-poll" | "sse", count: number): Promise<readonly T[]> {
  const seen: T[] = [];
  const response = await stream<T>({ url, offset: "-1", live });
  await new Promise<void>((resolve) => {
    response.subscribeJson(({ items }) => {
      seen.push(...items);
      if (seen.length >= count) resolve();
    });
  });
  response.cancel();
  return seen;
}

/** All messages of a stream until it ends. */
async function collect<T>(stream: AsyncIterable<T>): Promise<readonly T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe("the protocol's client", () => {
  test("appends, and reads all messages or only the later ones", async () => {
    const handle = await DurableStream.create({ url: urlOf("text"), contentType: "text/plain" });
    await handle.append("first light, ");
    const middle = await handle.head();
    await handle.append("žluťoučký kůň");
    const whole = await handle.stream({ live: false });
    expect(await whole.text()).toBe("first light, žluťoučký kůň");
    expect(whole.upToDate).toBe(true);
    if (!middle.exists || middle.offset === undefined) throw new Error("the stream has no end");
    const rest = await handle.stream({ live: false, offset: middle.offset });
    expect(await rest.text()).toBe("žluťoučký kůň");
    expect(whole.offset).toBe(rest.offset);
  });

  test("reads back the same bytes", async () => {
    const value = Uint8Array.from({ length: 70_000 }, (_, at) => at % 256);
    const handle = await DurableStream.create({
      url: urlOf("bytes"),
      contentType: "application/octet-stream",
    });
    await handle.append(value);
    expect(await (await handle.stream({ live: false })).body()).toEqual(value);
  });

  test.each(["long-poll", "sse"] as const)("follows new messages, by %s", async (live) => {
    const url = urlOf(`follow-${live}`);
    const handle = await DurableStream.create({ url, contentType: "application/json" });
    await handle.append(JSON.stringify({ at: 0 }));
    const following = follow<{ at: number }>(url, live, 20);
    for (let at = 1; at < 20; at++) await handle.append(JSON.stringify({ at }));
    expect(await following).toEqual(Array.from({ length: 20 }, (_, at) => ({ at })));
  });

  test("learns that a stream is closed", async () => {
    const url = urlOf("closed");
    const handle = await DurableStream.create({ url, contentType: "application/json" });
    const response = await stream<number>({ url, offset: "-1", live: "sse" });
    const all = collect(response.jsonStream());
    await handle.append("1");
    await handle.close({ body: "2" });
    expect(await all).toEqual([1, 2]);
    expect(await handle.head()).toMatchObject({ exists: true, streamClosed: true });
  });

  test("learns that a stream does not exist", async () => {
    await expect(stream({ url: urlOf("none"), live: false })).rejects.toBeInstanceOf(FetchError);
  });

  test("produces each message once and in order, while the leader changes", async () => {
    const count = 5_000;
    const url = urlOf("produced");
    const handle = await DurableStream.create({ url, contentType: "application/json" });
    const errors: unknown[] = [];
    const onError = (error: Error): void => void errors.push(error);
    const producer = new IdempotentProducer(handle, "writer", { lingerMs: 1, onError });
    for (let at = 0; at < count; at++) {
      producer.append(JSON.stringify(at));
      if (at % 1_000 !== 0) continue;
      await producer.flush();
      const { leader } = await currentLeader(cluster.url);
      const init = { headers: { "Content-Type": "application/json" }, body: `{"node":${(leader % 3) + 1}}` };
      expect(await send(cluster.url, "POST", "/v1/clusters/main/leader", init)).toMatchObject({
        status: 200,
      });
    }
    await producer.flush();
    await producer.close();
    expect(errors).toEqual([]);
    const produced = await (await handle.stream<number>({ live: false })).json();
    expect(produced).toEqual(Array.from({ length: count }, (_, at) => at));
  });
});
