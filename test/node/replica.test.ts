import { describe, expect, it } from "vitest";
import { type LogId, toSeq } from "../../src/log/types.ts";
import { FanOut } from "../../src/node/fan-out.ts";
import { Node } from "../../src/node/node.ts";
import { bootstrapIdentity } from "../../src/raft/identity.ts";
import type { Message } from "../../src/raft/messages.ts";
import { type Entry, type Index, toIndex } from "../../src/raft/types.ts";
import { between } from "../raft/harness/messages.ts";
import { appendTo, command, configuration, madeLog, noop } from "../storage/fixture.ts";
import { FakeHost } from "./fake-host.ts";
import { Listener } from "./follower.ts";
import { options } from "./leader.ts";

const tailOptions = {
  pageRecords: 10,
  pageBytes: 1_000,
  roundBytes: 10_000,
  sendsPerSecond: 1_000,
  stallMs: 1_000,
};
const log: LogId = toIndex(1);

const made = command(1, madeLog("a", 0, 1));

/** A follower, and subscribers of logs at it. Its host outlives it. */
class Follower {
  readonly host: FakeHost;
  readonly node: Node;
  readonly tails: FanOut;

  constructor(host = new FakeHost()) {
    this.host = host;
    this.node = new Node(host, options);
    this.node.prepare(bootstrapIdentity("main", 2, ["weur", "weur", "weur"]));
    this.node.start();
    this.tails = new FanOut(() => this.node.replica, host, tailOptions);
  }

  hear(...messages: readonly Message[]): void {
    for (const message of messages) {
      this.node.receive([message], () => {});
      this.tails.settled();
    }
    this.host.pass(100);
  }

  listen(next = 0): Listener {
    const listener = new Listener(log, { next: toSeq(next) });
    this.tails.join(listener);
    this.tails.settled();
    return listener;
  }

  get readableIndex(): Index | null {
    return this.node.replica?.readableIndex ?? null;
  }
}

const from = between(1, 2).in(1);

function appended(index: number, start: number): Entry {
  const { count, records } = appendTo("a");
  const entry = { kind: "append", timestamp: 1, log, start: toSeq(start), bytes: 0, count, records } as const;
  return command(index, { ...entry, producer: null });
}

function segment(prevIndex: number, lastIndex: number, entries: readonly Entry[]): Message {
  return from.segment({ prevIndex, lastIndex, lastTerm: 1, snapshotIndex: 6, entries });
}

describe("a node shows what is committed, and all of it", () => {
  it("never what is not committed", () => {
    const follower = new Follower();
    const listener = follower.listen();
    follower.hear(from.append({ entries: [made, appended(2, 0)], commitIndex: 1 }));
    expect([listener.seqs, follower.readableIndex]).toEqual([[], 1]);
    follower.hear(from.append({ prevIndex: 2, prevTerm: 1, entries: [], commitIndex: 2 }));
    expect(listener.seqs).toEqual([0]);
  });

  it("nothing after a restart, until it hears what is committed", () => {
    const before = new Follower();
    before.hear(from.append({ entries: [made, appended(2, 0)], commitIndex: 2 }));
    const follower = new Follower(before.host);
    const listener = follower.listen();
    expect([listener.seqs, listener.ended, follower.readableIndex]).toEqual([[], null, null]);
    follower.hear(from.append({ prevIndex: 2, prevTerm: 1, entries: [], commitIndex: 2 }));
    expect(listener.seqs).toEqual([0]);
  });

  it("nothing of half a snapshot, and then what that brought in", () => {
    const follower = new Follower();
    follower.hear(from.append({ entries: [made, appended(2, 0)], commitIndex: 2 }));
    const listener = follower.listen();
    follower.hear(segment(2, 4, [appended(3, 1), appended(4, 2)]));
    expect([listener.seqs, follower.readableIndex]).toEqual([[0], null]);
    follower.hear(segment(4, 6, [appended(5, 3)]));
    const next = from.append({ prevIndex: 6, prevTerm: 1, entries: [noop(7)], commitIndex: 7 });
    follower.hear(next);
    expect([listener.seqs, follower.readableIndex]).toEqual([[0, 1, 2, 3], 7]);
  });
});

describe("a node that was removed", () => {
  it("says so, once the change is in its log", () => {
    const follower = new Follower();
    follower.hear(from.append({ entries: [made], commitIndex: 1 }));
    expect(follower.node.replica?.isOut).toBe(false);
    follower.hear(
      from.append({ prevIndex: 1, prevTerm: 1, entries: [configuration(2, [1, 3])], commitIndex: 1 }),
    );
    expect(follower.node.replica?.isOut).toBe(true);
  });
});
