import { describe, expect, it } from "vitest";
import { formatOffset } from "../../../src/streams/offset.ts";
import { delivered, failed, finished } from "../../../src/streams/subscriptions/delivering.ts";
import type { Subscription, SubscriptionConfiguration } from "../../../src/streams/subscriptions/state.ts";
import { expired, looked } from "../../../src/streams/subscriptions/waking.ts";
import { acked, claimed, released, type Transition } from "../../../src/streams/subscriptions/working.ts";
import { lookAt, pull, refOf, subscriptionOf, TTL, webhook } from "./fixture.ts";

const NOW = 100_000;
const work = lookAt({ "events/a": 5 });
const noWork = lookAt({ "events/a": 2 });
const stale = { generation: 0, wakeId: "w-of-old" };

const idle = (configuration: SubscriptionConfiguration) => subscriptionOf(configuration, { generation: 6 });
const woken = (configuration: SubscriptionConfiguration) => looked(idle(configuration), work, "w7", NOW);
const taken = (configuration: SubscriptionConfiguration) =>
  delivered(woken(configuration), refOf(woken(configuration)));
const refused = (configuration: SubscriptionConfiguration) =>
  failed(woken(configuration), refOf(woken(configuration)), NOW, 0.5);
const held = () => claimed(taken(pull), "worker-1", work, "unused", NOW).subscription;
const heldBack = (configuration: SubscriptionConfiguration) =>
  subscriptionOf(configuration, { generation: 7, retry: { attempts: 3, nextAttemptAt: NOW + 4_000 } });

/** Every kind of state that a subscription can have. */
const states = {
  "webhook, idle": idle(webhook),
  "webhook, held back": heldBack(webhook),
  "webhook, woken": woken(webhook),
  "webhook, failed": refused(webhook),
  "webhook, delivered": taken(webhook),
  "pull, idle": idle(pull),
  "pull, woken": woken(pull),
  "pull, failed": refused(pull),
  "pull, delivered": taken(pull),
  "pull, claimed": held(),
} satisfies Record<string, Subscription>;

type State = keyof typeof states;

const ack = (seq: number) => [{ stream: "events/a", offset: formatOffset(seq) }];
const mine = (state: Subscription) => (state.wake === null ? stale : refOf(state));
const quiet = (subscription: Subscription): Transition => ({ subscription, refusal: null });

/** Everything that can happen to a subscription. */
const events = {
  "a look, with work": (s) => quiet(looked(s, work, "w8", NOW)),
  "a look, without work": (s) => quiet(looked(s, noWork, "w8", NOW)),
  "some time": (s) => quiet(expired(s, NOW + TTL - 1, 0.5)),
  "the lease's time": (s) => quiet(expired(s, NOW + TTL, 0.5)),
  "a delivery": (s) => quiet(delivered(s, mine(s))),
  "a late delivery": (s) => quiet(delivered(s, stale)),
  "done at once": (s) => quiet(finished(s, mine(s))),
  "done late": (s) => quiet(finished(s, stale)),
  "a failure": (s) => quiet(failed(s, mine(s), NOW, 0.5)),
  "a late failure": (s) => quiet(failed(s, stale, NOW, 0.5)),
  "a claim": (s) => claimed(s, "worker-2", work, "w8", NOW),
  "a claim, without work": (s) => claimed(s, "worker-2", noWork, "w8", NOW),
  "an ack": (s) => acked(s, mine(s), { acks: ack(3), isDone: false, isAll: false }, work, "w8", NOW + 500),
  "an ack, done": (s) =>
    acked(s, mine(s), { acks: ack(5), isDone: true, isAll: false }, work, "w8", NOW + 500),
  "an ack, done with a part": (s) =>
    acked(s, mine(s), { acks: ack(3), isDone: true, isAll: false }, work, "w8", NOW + 500),
  "an ack, done with all": (s) =>
    acked(s, mine(s), { acks: [], isDone: true, isAll: true }, work, "w8", NOW + 500),
  "a late ack": (s) => acked(s, stale, { acks: ack(5), isDone: true, isAll: false }, work, "w8", NOW + 500),
  "a release": (s) => released(s, mine(s), work, "w8", NOW + 500),
  "a release, without work": (s) => released(s, mine(s), noWork, "w8", NOW + 500),
  "a late release": (s) => released(s, stale, work, "w8", NOW + 500),
} satisfies Record<string, (state: Subscription) => Transition>;

type Event = keyof typeof events;

/** "=": nothing has changed. */
function told(before: Subscription, { subscription, refusal }: Transition): string {
  const { wake, generation, links, retry } = subscription;
  const who = wake?.lease ? ` ${wake.lease.holder ?? "webhook"} for ${wake.lease.until - NOW}` : "";
  const flight =
    wake === null ? "idle" : `${wake.isDelivered ? "delivered" : "woken"} ${generation} ${wake.id}${who}`;
  const again = retry === null ? "" : `, attempt ${retry.attempts + 1} in ${retry.nextAttemptAt - NOW}`;
  const state = subscription === before ? "=" : `${flight}, acked ${links[0]?.acked}${again}`;
  return refusal === null ? state : `${refusal.code} ${state}`;
}

const same = "=";
const fenced = "FENCED =";
const lateEvents = {
  ...{ "a late delivery": same, "done late": same, "a late failure": same },
  ...{ "a late ack": fenced, "a late release": fenced },
};
const withoutWake = {
  ...lateEvents,
  ...{ "some time": same, "the lease's time": same, "a delivery": same, "done at once": same },
  ...{ "a failure": same, "an ack": fenced, "an ack, done": fenced, "an ack, done with a part": fenced },
  "an ack, done with all": fenced,
  ...{ "a release": fenced, "a release, without work": fenced },
};
const inFlight = { ...lateEvents, "a look, with work": same, "a look, without work": same };
const wrongType = "INVALID_REQUEST =";
const notForWebhooks = {
  ...{ "a claim": wrongType, "a claim, without work": wrongType },
  ...{ "a release": wrongType, "a release, without work": wrongType, "a late release": wrongType },
};
const webhookWorks = {
  "an ack": "delivered 7 w7 webhook for 10500, acked 3",
  "an ack, done": "idle, acked 5",
  "an ack, done with a part": "woken 8 w8 webhook for 10500, acked 3",
  "an ack, done with all": "idle, acked 5",
  "done at once": "idle, acked 5",
  ...notForWebhooks,
};
const pullWaits = {
  ...{ "some time": same, "the lease's time": same, "done at once": "idle, acked 5" },
  ...{ "an ack": fenced, "an ack, done": fenced, "an ack, done with a part": fenced },
  "an ack, done with all": fenced,
  ...{ "a release": fenced, "a release, without work": fenced },
  "a claim": "delivered 7 w7 worker-2 for 10000, acked 2",
  "a claim, without work": "NO_PENDING_WORK idle, acked 2",
};

/** The result of each event in each state; the type ensures that it is complete. */
const table: Record<State, Record<Event, string>> = {
  "webhook, idle": {
    ...withoutWake,
    "a look, with work": "woken 7 w8 webhook for 10000, acked 2",
    "a look, without work": same,
    ...notForWebhooks,
  },
  "webhook, held back": {
    ...withoutWake,
    "a look, with work": same,
    "a look, without work": same,
    ...notForWebhooks,
  },
  "webhook, woken": {
    ...inFlight,
    ...webhookWorks,
    "some time": same,
    "the lease's time": "idle, acked 2, attempt 2 in 11000",
    "a delivery": "delivered 7 w7 webhook for 10000, acked 2",
    "a failure": "woken 7 w7 webhook for 11000, acked 2, attempt 2 in 1000",
  },
  "webhook, failed": {
    ...inFlight,
    ...webhookWorks,
    "some time": same,
    "the lease's time": same,
    "a delivery": "delivered 7 w7 webhook for 11000, acked 2",
    "a failure": "woken 7 w7 webhook for 12000, acked 2, attempt 3 in 2000",
  },
  "webhook, delivered": {
    ...inFlight,
    ...webhookWorks,
    "some time": same,
    "the lease's time": "idle, acked 2",
    "a delivery": same,
    "a failure": same,
  },
  "pull, idle": {
    ...withoutWake,
    "a look, with work": "woken 7 w8, acked 2",
    "a look, without work": same,
    "a claim": "delivered 7 w8 worker-2 for 10000, acked 2",
    "a claim, without work": "NO_PENDING_WORK =",
  },
  "pull, woken": {
    ...inFlight,
    ...pullWaits,
    "a delivery": "delivered 7 w7, acked 2",
    "a failure": "woken 7 w7, acked 2, attempt 2 in 1000",
  },
  "pull, failed": {
    ...inFlight,
    ...pullWaits,
    "a delivery": "delivered 7 w7, acked 2",
    "a failure": "woken 7 w7, acked 2, attempt 3 in 2000",
  },
  "pull, delivered": { ...inFlight, ...pullWaits, "a delivery": same, "a failure": same },
  "pull, claimed": {
    ...inFlight,
    "some time": same,
    "the lease's time": "idle, acked 2",
    "a delivery": same,
    "a failure": same,
    "done at once": "idle, acked 5",
    "a claim": "ALREADY_CLAIMED =",
    "a claim, without work": "ALREADY_CLAIMED =",
    "an ack": "delivered 7 w7 worker-1 for 10500, acked 3",
    "an ack, done": "idle, acked 5",
    "an ack, done with a part": "woken 8 w8, acked 3",
    "an ack, done with all": "idle, acked 5",
    "a release": "woken 8 w8, acked 2",
    "a release, without work": "idle, acked 2",
  },
};

describe.each(Object.keys(states) as State[])("%s", (name) => {
  it.each(Object.keys(events) as Event[])("%s", (event) => {
    const before = states[name];
    expect(told(before, events[event](before))).toBe(table[name][event]);
  });
});

describe("a refusal", () => {
  it("of a claim names the holder of the lease and the generation", () => {
    const { refusal } = claimed(held(), "worker-2", work, "w8", NOW);
    expect(refusal).toMatchObject({ members: { current_holder: "worker-1", generation: 7 } });
  });

  it.each([
    ["of a stream that is not linked", "events/z", formatOffset(3)],
    ["before the cursor", "events/a", formatOffset(1)],
    ["beyond the tail", "events/a", formatOffset(6)],
    ["that is the beginning", "events/a", "-1"],
    ["that is the present", "events/a", "now"],
    ["that never came from this server", "events/a", "3"],
  ])("of an ack %s moves no cursor, not even those of its valid offsets", (_, stream, offset) => {
    const acks = [...ack(4), { stream, offset }];
    const state = held();
    const { subscription, refusal } = acked(
      state,
      refOf(state),
      { acks, isDone: true, isAll: false },
      work,
      "w8",
      NOW,
    );
    expect(refusal?.code).toBe("INVALID_OFFSET");
    expect(subscription).toBe(state);
  });
});

describe("an ack", () => {
  it("of the same offset again is accepted", () => {
    const state = acked(
      held(),
      refOf(held()),
      { acks: ack(4), isDone: false, isAll: false },
      work,
      "w8",
      NOW,
    ).subscription;
    const again = acked(state, refOf(state), { acks: ack(4), isDone: true, isAll: false }, work, "w8", NOW);
    expect(again.refusal).toBeNull();
    expect(again.subscription.links[0]?.acked).toBe(4);
  });

  it("within a record, where events of text have ended, acknowledges all records before it", () => {
    const acks = [{ stream: "events/a", offset: formatOffset(3, 1) }];
    const { subscription, refusal } = acked(
      held(),
      refOf(held()),
      { acks, isDone: false, isAll: false },
      work,
      "w8",
      NOW,
    );
    expect([refusal, subscription.links[0]?.acked]).toEqual([null, 3]);
  });

  it("of a stream that no longer exists changes nothing", () => {
    const state = held();
    const { subscription, refusal } = acked(
      state,
      refOf(state),
      { acks: ack(5), isDone: true, isAll: false },
      lookAt({}),
      "w8",
      NOW,
    );
    expect(refusal).toBeNull();
    expect(subscription).toMatchObject({ wake: null, links: [{ acked: 2 }] });
  });

  it("without offsets is a heartbeat", () => {
    const state = held();
    const { subscription } = acked(
      state,
      refOf(state),
      { acks: [], isDone: false, isAll: false },
      lookAt({}),
      "w8",
      NOW + 700,
    );
    expect(subscription.wake?.lease).toEqual({ holder: "worker-1", until: NOW + 700 + TTL });
    expect(subscription.links).toEqual(state.links);
  });
});
