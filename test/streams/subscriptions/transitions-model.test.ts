import fc from "fast-check";
import { expect, test } from "vitest";
import { formatOffset } from "../../../src/streams/offset.ts";
import { delivered, failed, finished } from "../../../src/streams/subscriptions/delivering.ts";
import { isPending } from "../../../src/streams/subscriptions/links.ts";
import type { Subscription, WakeRef } from "../../../src/streams/subscriptions/state.ts";
import { dueAt, expired, isHeldBack, looked } from "../../../src/streams/subscriptions/waking.ts";
import { acked, claimed, released } from "../../../src/streams/subscriptions/working.ts";
import { lookAt, pull, subscriptionOf, webhook } from "./fixture.ts";

const paths = ["events/a", "events/b", "events/c"];

const actions = fc.array(
  fc.record({
    kind: fc.constantFrom(
      "append",
      "look",
      "deliver",
      "fail",
      "finish",
      "claim",
      "ack",
      "done",
      "done with all",
      "release",
      "wait",
    ),
    /** The wake to which the action refers: 0 is the newest. */
    wake: fc.constantFrom(0, 0, 0, 1, 2),
    path: fc.constantFrom(...paths),
    ms: fc.integer({ min: 1, max: 20_000 }),
  }),
  { maxLength: 60 },
);

/** A subscription through any sequence of actions, with all wakes that it ever had. */
class Model {
  state: Subscription;
  now = 1_000;
  wakes: WakeRef[] = [];
  readonly tails: Record<string, number> = Object.fromEntries(paths.map((path) => [path, 2]));

  constructor(type: "webhook" | "pull-wake") {
    this.state = subscriptionOf(type === "webhook" ? webhook : pull);
  }

  get look() {
    const linked = new Set(this.state.links.map(({ path }) => path));
    return lookAt(
      this.tails,
      paths.filter((path) => !linked.has(path)),
    );
  }

  ref(age: number): WakeRef {
    return this.wakes.at(-1 - age) ?? { generation: 0, wakeId: "none" };
  }

  act({ kind, wake, path, ms }: { kind: string; wake: number; path: string; ms: number }): Subscription {
    const [ref, id] = [this.ref(wake), `w${this.wakes.length}-${this.now}`];
    const { look } = this;
    this.now += kind === "wait" ? ms : 1;
    const { now } = this;
    const state = expired(this.state, now, 0.5);
    const offset = formatOffset(this.tails[path] ?? 0);
    const isAll = kind === "done with all";
    const ack = { acks: isAll ? [] : [{ stream: path, offset }], isDone: isAll || kind === "done", isAll };
    switch (kind) {
      case "append":
        this.tails[path] = (this.tails[path] ?? 0) + 1;
        return state;
      case "look":
        return looked(state, look, id, now);
      case "deliver":
        return delivered(state, ref);
      case "fail":
        return failed(state, ref, now, 0.5);
      case "finish":
        return finished(state, ref);
      case "claim":
        return claimed(state, "worker", look, id, now).subscription;
      case "release":
        return released(state, ref, look, id, now).subscription;
      case "wait":
        return state;
      default:
        return acked(state, ref, ack, look, id, now).subscription;
    }
  }
}

/** The properties of each transition. */
function check(before: Subscription, model: Model, action: { kind: string; wake: number }): void {
  const { state: after, now, look } = model;
  const isNew = after.wake !== null && after.wake.id !== before.wake?.id;
  expect(after.generation).toBe(before.generation + (isNew ? 1 : 0));
  for (const link of before.links) {
    const next = after.links.find(({ path }) => path === link.path);
    expect(next?.acked).toBeGreaterThanOrEqual(link.acked);
    expect(next?.acked).toBeLessThanOrEqual(model.tails[link.path] ?? 0);
  }
  // An action about an older wake changes nothing; only the time has an effect.
  const speaks = ["deliver", "fail", "finish", "ack", "done", "done with all", "release"].includes(
    action.kind,
  );
  if (speaks && action.wake > 0) expect(after).toEqual(expired(before, now, 0.5));
  const hasWork = after.links.some((link) => isPending(link, look.ends.get(link.path)));
  if (action.kind === "look" && hasWork) expect(after.wake !== null || isHeldBack(after, now)).toBe(true);
  // A wake in flight always has a next step, except a wake event that waits for a worker to claim it.
  const waits = after.wake?.isDelivered === true && after.wake.lease === null;
  expect(dueAt(after, false) !== null).toBe(after.wake !== null && !waits);
}

test.each(["webhook", "pull-wake"] as const)(
  "the properties hold for any sequence of actions, %s",
  (type) => {
    fc.assert(
      fc.property(actions, (list) => {
        const model = new Model(type);
        for (const action of list) {
          const before = model.state;
          const newest = model.wakes.at(-1)?.wakeId;
          const isCurrent = before.wake !== null && before.wake.id === newest;
          // If none is in flight, even the newest wake is an old one.
          const spoken = isCurrent ? action : { ...action, wake: Math.max(1, action.wake) };
          model.state = model.act(spoken);
          check(before, model, spoken);
          const { wake, generation } = model.state;
          if (wake !== null && wake.id !== newest) model.wakes.push({ generation, wakeId: wake.id });
        }
      }),
      { numRuns: 500 },
    );
  },
);
