import { beforeEach, describe, expect, it } from "vitest";
import { formatOffset } from "../../../src/streams/offset.ts";
import { LINKS_MAX } from "../../../src/streams/subscriptions/configuration.ts";
import { Stage } from "./stage.ts";

const hook = { type: "webhook", pattern: "events/*", webhook: { url: "https://worker.example/hooks" } };
const pull = { type: "pull-wake", streams: ["manual/a"], wake_stream: "wake/pool" };

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

const linksOf = async (id: string) => (await stage.stored(id)).links;

describe("a subscription", () => {
  it("is created once, and confirmed for a client that asks for the same", async () => {
    const made = await stage.put("sub", { ...hook, description: "x" });
    expect(made).toMatchObject({
      status: 201,
      body: {
        ...{ id: "sub", subscription_id: "sub", type: "webhook", pattern: "events/*", streams: [] },
        ...{ wake_stream: null, lease_ttl_ms: 10_000, status: "active", description: "x" },
        created_at: new Date(stage.now).toISOString(),
        webhook: { url: "https://worker.example/hooks", signing: { alg: "ed25519" } },
      },
    });
    expect(await stage.put("sub", { ...hook, description: "x" })).toEqual({ ...made, status: 200 });
    stage.evict();
    expect(await stage.put("sub", { ...hook, description: "x" })).toEqual({ ...made, status: 200 });
    const other = await stage.put("sub", hook);
    expect(other).toMatchObject({ status: 409, body: { error: { code: "SUBSCRIPTION_ALREADY_EXISTS" } } });
  });

  it("is created once by several concurrent requests", async () => {
    const other = stage.successor();
    const first = stage.put("sub", hook);
    stage.subscriptions = other;
    const replies = await Promise.all([first, stage.put("sub", hook)]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 201]);
    expect(replies[0].body).toEqual(replies[1].body);
  });

  it("without a webhook has no key", async () => {
    const { body } = await stage.put("sub", pull);
    expect(body).toMatchObject({ webhook: null, wake_stream: "wake/pool", pattern: null });
  });

  it("begins at the tails of existing streams, so that earlier records do not wake it", async () => {
    await stage.append("events/a");
    await stage.append("events/a");
    await stage.append("manual/a");
    await stage.append("other");
    const { body } = await stage.put("sub", { ...hook, streams: ["manual/a", "manual/b"] });
    expect(body).toMatchObject({
      streams: [
        { path: "events/a", link_type: "glob", acked_offset: formatOffset(2) },
        { path: "manual/a", link_type: "explicit", acked_offset: formatOffset(1) },
        { path: "manual/b", link_type: "explicit", acked_offset: formatOffset(0) },
      ],
    });
    await stage.pass(60_000);
    expect(await stage.stored("sub")).toMatchObject({ generation: 0, wake: null });
    expect(stage.alarmAt).toBeNull();
  });

  it("is gone when it is deleted, has nothing due any more, and can be deleted twice", async () => {
    await stage.put("sub", pull);
    await stage.append("manual/a");
    const deletion = { kind: "delete", id: "sub" } as const;
    expect(await stage.operate(deletion)).toEqual({ status: 204, body: null });
    expect(await stage.operate(deletion)).toEqual({ status: 204, body: null });
    await expect(stage.stored("sub")).rejects.toThrow("no subscription");
    await stage.pass(60_000);
    expect(stage.alarmAt).toBeNull();
    expect((await stage.put("sub", pull)).status).toBe(201);
  });

  it("with a pattern that matches too many streams is refused", async () => {
    const streams = Array.from({ length: LINKS_MAX }, (_, i) => `s${i}`);
    await stage.create("events/a");
    const reply = await stage.put("sub", { ...hook, streams });
    expect(reply).toMatchObject({ status: 400, body: { error: { code: "INVALID_REQUEST" } } });
    expect((await stage.put("sub", { ...pull, streams })).status).toBe(201);
  });
});

describe("a stream", () => {
  const link = (...paths: string[]) => stage.operate({ kind: "link", id: "sub", paths });
  const unlink = (path: string) => stage.operate({ kind: "unlink", id: "sub", path });

  it("is linked at its tail, and then wakes", async () => {
    await stage.append("manual/b");
    await stage.create("wake/pool");
    await stage.put("sub", pull);
    expect(await link("manual/b")).toEqual({ status: 204, body: null });
    expect(await linksOf("sub")).toMatchObject([{ path: "manual/a" }, { path: "manual/b", acked: 1 }]);
    await stage.append("manual/b");
    await stage.until(async () => expect(await stage.records("wake/pool")).toHaveLength(1));
  });

  it("that is linked already keeps its cursor", async () => {
    await stage.put("sub", pull);
    await stage.appendSilently("manual/a");
    expect((await link("manual/a")).status).toBe(204);
    expect(await linksOf("sub")).toMatchObject([{ acked: 0 }]);
  });

  it("is unlinked, unless the pattern matches it", async () => {
    await stage.put("sub", { ...hook, streams: ["manual/a", "events/a"] });
    expect((await unlink("manual/a")).status).toBe(204);
    expect((await unlink("events/a")).status).toBe(204);
    expect((await unlink("never/there")).status).toBe(204);
    expect(await linksOf("sub")).toMatchObject([{ path: "events/a", isExplicit: false }]);
  });

  it("can't be linked to a subscription that it wakes, or that does not exist", async () => {
    await stage.put("sub", pull);
    expect(await link("wake/pool")).toMatchObject({ status: 400 });
    const streams = Array.from({ length: LINKS_MAX }, (_, i) => `s${i}`);
    expect(await link(...streams)).toMatchObject({ status: 400 });
    for (const kind of ["link", "unlink"] as const) {
      const reply = await stage.operate({ kind, id: "none", paths: ["a"], path: "a" });
      expect(reply).toMatchObject({ status: 404, body: { error: { code: "SUBSCRIPTION_NOT_FOUND" } } });
    }
  });
});
