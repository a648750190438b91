import { beforeEach, describe, expect, it, vi } from "vitest";
import { pack } from "../../../src/log/packed.ts";
import { SUBSCRIPTION_PREFIX } from "../../../src/log/reserved.ts";
import { LINKS_MAX } from "../../../src/streams/subscriptions/configuration.ts";
import { Documents } from "../../../src/streams/subscriptions/documents.ts";
import { Store } from "../../../src/streams/subscriptions/store.ts";
import { subscriptionOf as shownOf } from "../../../src/streams/subscriptions/view.ts";
import { pull, subscriptionOf } from "./fixture.ts";
import { MemoryBacking } from "./memory-backing.ts";
import { Stage } from "./stage.ts";

const WAKE = "wake/pool";
const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
let stage: Stage;

/** A subscription with this many links by name, and a pattern. */
async function filled(count: number): Promise<void> {
  const streams = Array.from({ length: count }, (_, i) => `s/${i}`);
  await stage.put("sub", { type: "pull-wake", pattern: "events/*", streams, wake_stream: WAKE });
}

const remove = async (name: string) => {
  await stage.backing.command({ kind: "delete", name });
  stage.subscriptions.tell([name]);
};
const untilIncomplete = () =>
  stage.until(async () => expect((await stage.stored("sub")).lacksRoom).toBe(true));
const untilWoken = (stream: string) =>
  stage.until(async () =>
    expect(await stage.records(WAKE)).toMatchObject([{ subscription_id: "sub", stream }]),
  );

beforeEach(async () => {
  warn.mockClear();
  stage = new Stage();
  await stage.create(WAKE);
});

describe("a stream for which there is no room among the links", () => {
  it("is reported by the subscription, and once in the Worker's log", async () => {
    await filled(LINKS_MAX);
    expect(shownOf(await stage.stored("sub"), null)).toMatchObject({ streams_complete: true });
    await stage.append("events/a");
    await untilIncomplete();
    await stage.append("events/b");
    await stage.pass(60_000);
    expect(shownOf(await stage.stored("sub"), null)).toMatchObject({ streams_complete: false });
    expect(await stage.records(WAKE)).toEqual([]);
    expect(warn.mock.calls).toEqual([[expect.stringContaining("the subscription sub matches more streams")]]);
  });

  it("is linked, and wakes, when another one is unlinked", async () => {
    await filled(LINKS_MAX);
    await stage.append("events/a");
    await untilIncomplete();
    await stage.operate({ kind: "unlink", id: "sub", path: "s/0" });
    await untilWoken("events/a");
    expect((await stage.stored("sub")).lacksRoom).toBe(false);
  });

  it("is linked when a stream that the pattern matched is deleted, even if the object was lost meanwhile", async () => {
    await filled(LINKS_MAX - 1);
    await stage.append("events/a");
    await untilWoken("events/a");
    await stage.append("events/b");
    await stage.operate({ kind: "claim", id: "sub", worker: "w" });
    await stage.pass(10_000);
    await untilIncomplete();
    await remove("events/a");
    stage.evict();
    const { status, body } = await stage.operate({ kind: "claim", id: "sub", worker: "w" });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      streams: expect.arrayContaining([expect.objectContaining({ path: "events/b" })]),
    });
    expect((await stage.stored("sub")).lacksRoom).toBe(false);
  });

  it("is found by the mere news that another stream was deleted", async () => {
    await filled(LINKS_MAX - 1);
    await stage.create("events/a");
    await stage.append("events/a");
    await untilWoken("events/a");
    const {
      token,
      wake_id: wakeId,
      generation,
    } = (await stage.operate({ kind: "claim", id: "sub", worker: "w" })).body as {
      token: string;
      wake_id: string;
      generation: number;
    };
    const done = { acks: [], isDone: true, isAll: true };
    await stage.append("events/b");
    await stage.operate({ kind: "ack", id: "sub", token, ref: { wakeId, generation }, ...done });
    await untilIncomplete();
    expect((await stage.stored("sub")).wake).toBeNull();
    await remove("events/a");
    await stage.until(async () =>
      expect((await stage.stored("sub")).wake).toMatchObject({ stream: "events/b" }),
    );
    expect((await stage.stored("sub")).lacksRoom).toBe(false);
  });
});

it("a subscription that an earlier version has written has room", async () => {
  const documents = new Documents(new MemoryBacking());
  const { lacksRoom: _, ...old } = subscriptionOf(pull);
  await documents.put(`${SUBSCRIPTION_PREFIX}sub`, pack([old, "nonce"]), 0);
  expect((await new Store(documents).get("sub"))?.subscription).toEqual(subscriptionOf(pull));
});
