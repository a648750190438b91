import { expect, test } from "vitest";
import { KnownSubscription } from "../../../src/streams/subscriptions/known.ts";
import { looked } from "../../../src/streams/subscriptions/waking.ts";
import { lookAt, pull, subscriptionOf, TTL, webhook } from "./fixture.ts";

const woken = looked(subscriptionOf(webhook), lookAt({ "events/a": 5 }), "w", 1_000);

test("an older version that arrives late changes nothing", () => {
  const known = new KnownSubscription({ subscription: subscriptionOf(webhook), version: 7 });
  known.learn({ subscription: woken, version: 6 });
  expect(known.stored.version).toBe(7);
  known.learn({ subscription: woken, version: 8 });
  expect(known.stored).toEqual({ subscription: woken, version: 8 });
});

test("at first all streams are news; later those that are reported, until they are taken or are too many", () => {
  const known = new KnownSubscription({ subscription: subscriptionOf(webhook), version: 7 });
  expect(known.takeNews()).toBe("all");
  expect(known.hasNews).toBe(false);
  known.addNews(new Set(["a"]));
  known.addNews(new Set(["b"]));
  expect(known.takeNews()).toEqual(new Set(["a", "b"]));
  known.addNews(new Set(Array.from({ length: 1_001 }, (_, i) => `s${i}`)));
  expect(known.takeNews()).toBe("all");
});

test("its streams are those that its pattern matches, and those linked by name", () => {
  const links = [{ path: "x", isExplicit: true, acked: 0, log: null, tail: 0 }];
  const known = new KnownSubscription({ subscription: subscriptionOf(pull, { links }), version: 1 });
  const paths = ["events/z", "x", "wake/pool", "y", "_subscriptions"];
  expect(paths.filter((path) => known.concerns(path))).toEqual(["events/z", "x"]);
});

test("it is due when there is news, a wake to deliver, or a lease that is over", () => {
  const idle = new KnownSubscription({ subscription: subscriptionOf(webhook), version: 1 });
  expect(idle.nextAt()).toBe(0);
  idle.takeNews();
  expect(idle.nextAt()).toBeNull();
  const inFlight = new KnownSubscription({ subscription: woken, version: 1 });
  expect(inFlight.nextAt()).toBe(0);
  inFlight.deliveringUntil = 90_000;
  expect(inFlight.nextAt()).toBe(1_000 + TTL);
  inFlight.deliveringUntil = 2_000;
  expect(inFlight.nextAt()).toBe(2_000);
});

test("its changes run one after the other, even if one of them fails", async () => {
  const known = new KnownSubscription({ subscription: subscriptionOf(webhook), version: 1 });
  const done: string[] = [];
  const step = (name: string, ticks: number) => async () => {
    for (let i = 0; i < ticks; i += 1) await Promise.resolve();
    done.push(name);
    if (name === "b") throw new Error(name);
    return name;
  };
  const results = await Promise.allSettled([
    known.inTurn(step("a", 20)),
    known.inTurn(step("b", 5)),
    known.inTurn(step("c", 0)),
  ]);
  expect(done).toEqual(["a", "b", "c"]);
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});
