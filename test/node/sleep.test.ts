import { expect, test } from "vitest";
import { createCommand } from "../../src/log/commands.ts";
import { Node } from "../../src/node/node.ts";
import { bootstrapIdentity } from "../../src/raft/identity.ts";
import { toIndex } from "../../src/raft/types.ts";
import type { Answer, Request } from "../../src/transport/protocol.ts";
import { command, madeLog, noop } from "../storage/fixture.ts";
import { FakeHost } from "./fake-host.ts";
import { options as leaderOptions } from "./leader.ts";

const options = { ...leaderOptions, sleepAfterMs: 2_000 };

/** Node 2 of three, asleep, in an object that was just started; node 1 leads, and a log is there. */
function sleeper(): { readonly host: FakeHost; readonly node: Node } {
  const host = new FakeHost();
  const node = new Node(host, options);
  node.prepare(bootstrapIdentity("main", 2, ["weur", "wnam", "enam"]));
  node.start();
  const entries = [noop(1), command(2, madeLog("a", 0, 1))];
  const configured = { configurationIndex: toIndex(0), recoveries: 0 };
  const message = { type: "AppendEntries", from: 1, to: 2, term: 1, round: 1, ...configured } as const;
  const first = { prevIndex: toIndex(0), prevTerm: 0, entries, commitIndex: toIndex(0), quiesce: false };
  const last = { prevIndex: toIndex(2), prevTerm: 1, entries: [], commitIndex: toIndex(2), quiesce: true };
  node.receive(
    [
      { ...message, ...first },
      { ...message, ...last },
    ],
    () => {},
  );
  host.alarmAt = null;
  return { host, node: new Node(host, options) };
}

function ask(node: Node, request: Request): Answer[] {
  const answers: Answer[] = [];
  node.request(request, 5_000, true, (answer) => answers.push(answer));
  return answers;
}

const describeLog = (consistency: "local" | "linearizable", minIndex = 0): Request => ({
  kind: "query",
  query: { kind: "describe", name: "a" },
  consistency,
  minIndex: toIndex(minIndex),
});

test("a status request wakes no sleeping node: nothing is written, sent or set", () => {
  const { host, node } = sleeper();
  const written = host.database.written;
  expect(node.status()).toMatchObject({ asleep: true, leader: 1, commitIndex: 2, lastIndex: 2 });
  expect(node.status()?.counters).toEqual({ alarms: 0, calls: 0, rows: 0 });
  expect(host).toMatchObject({ alarmAt: null, sent: [] });
  expect(host.database.written).toBe(written);
});

test("an alarm that was still set rings in vain, and is not set again", () => {
  const { host, node } = sleeper();
  host.pass(100_000);
  node.alarm();
  expect(node.status()).toMatchObject({ asleep: true, counters: { alarms: 1, calls: 0, rows: 0 } });
  expect(host).toMatchObject({ alarmAt: null, sent: [] });
});

test.each([0, 2])("a local read of what is there, from index %i on, is answered in its sleep", (minIndex) => {
  const { host, node } = sleeper();
  expect(ask(node, describeLog("local", minIndex))).toMatchObject([{ result: { kind: "description" } }]);
  expect(node.status()?.asleep).toBe(true);
  expect(host.alarmAt).toBeNull();
});

test.each<readonly [string, Request]>([
  ["a command", { kind: "command", command: createCommand("b") }],
  ["a linearizable read", describeLog("linearizable")],
  ["a local read of what is not there yet", describeLog("local", 3)],
  ["a transfer", { kind: "transfer", to: 3 }],
])("%s wakes it, and it waits for its leader like a node that is awake", (_, request) => {
  const { host, node } = sleeper();
  ask(node, request);
  expect(node.status()).toMatchObject({ asleep: false, leader: 1 });
  expect(host.alarmAt).toBeGreaterThan(host.now());
  expect(host.storage.load()?.quiesceMark).toBeNull();
});

test("what it does is counted", () => {
  const { host, node } = sleeper();
  ask(node, { kind: "command", command: createCommand("b") });
  expect(node.status()?.counters).toEqual({ alarms: 0, calls: 1, rows: 1 });
  host.pass(2_000);
  node.alarm();
  expect(host.sent.map(({ type }) => type)).toEqual(["PreVote", "PreVote"]);
  expect(node.status()?.counters).toEqual({ alarms: 1, calls: 3, rows: 1 });
});
