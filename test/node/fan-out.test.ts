import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createCommand } from "../../src/log/commands.ts";
import { plainSettings } from "../../src/log/state.ts";
import { type Command, type LogId, toSeq } from "../../src/log/types.ts";
import { FanOut } from "../../src/node/fan-out.ts";
import type { Replica } from "../../src/node/replica.ts";
import type { TailPosition } from "../../src/node/subscriber.ts";
import { toIndex } from "../../src/raft/types.ts";
import { StorageError } from "../../src/storage/error.ts";
import { appendTo } from "../storage/fixture.ts";
import { Listener, upTo } from "./follower.ts";
import { Leader } from "./leader.ts";

const options = { pageRecords: 10, pageBytes: 200, roundBytes: 2_000, sendsPerSecond: 100, stallMs: 5_000 };

let leader: Leader;
let tails: FanOut;
let log: LogId;
beforeEach(() => {
  leader = new Leader([1]);
  leader.host.flush();
  tails = new FanOut(() => leader.node.replica, leader.host, options);
  log = created();
});

afterEach(() => {
  vi.restoreAllMocks();
});

function created(name = "a"): LogId {
  run(createCommand(name));
  return toIndex(leader.node.status()?.lastIndex ?? 0);
}

/** Carries out a command, and notifies the subscribers. */
function run(command: Command): void {
  leader.run({ kind: "command", command });
  tails.settled();
}

const append = (count = 1): void => run(appendTo("a", { count }));

function listen(parts: Partial<TailPosition> = {}): Listener {
  const listener = new Listener(log, parts);
  tails.join(listener);
  tails.settled();
  return listener;
}

/** Time enough for all rounds that are due. */
function settle(): void {
  for (let round = 0; round < 20; round += 1) leader.host.pass(100);
}

const replica = (): Replica => {
  const { replica } = leader.node;
  if (replica === null) throw new Error("the node is no member");
  return replica;
};

describe("a subscriber of a log", () => {
  it("gets what is there, then what comes, each record once and in order", () => {
    append(3);
    const listener = listen();
    append();
    append(2);
    settle();
    expect(listener.seqs).toEqual(upTo(6));
    expect(listener.position.next).toBe(6);
  });

  it("begins in the middle of a batch", () => {
    append(5);
    expect(listen({ next: toSeq(3) }).seqs).toEqual([3, 4]);
  });

  it("gets nothing of another log, and does not read for it", () => {
    created("b");
    const listener = listen();
    const read = vi.spyOn(replica(), "page");
    run(appendTo("b"));
    settle();
    expect(listener.pages).toEqual([]);
    expect(read).not.toHaveBeenCalled();
  });

  it("gets nothing once it has left", () => {
    const listener = listen();
    tails.leave(listener);
    append();
    settle();
    expect(listener.pages).toEqual([]);
  });

  it("waits where it knows of more than this node does", () => {
    const listener = listen({ minIndex: toIndex(4) });
    append();
    expect(listener.seqs).toEqual([]);
    append();
    settle();
    expect(listener.seqs).toEqual([0, 1]);
  });

  it("waits so for what is said of other logs, too", () => {
    append();
    const listener = listen({ minIndex: toIndex(4) });
    created("b");
    expect(listener.seqs).toEqual([0]);
  });

  it("waits for records that this node does not have yet", () => {
    const listener = listen({ next: toSeq(2) });
    append();
    settle();
    expect(listener.seqs).toEqual([]);
    append(2);
    settle();
    expect(listener.seqs).toEqual([2]);
  });
});

describe("many subscribers of one log", () => {
  it("cost one read for each place where some of them are", () => {
    const together = upTo(50).map(() => listen());
    const behind = listen({ credit: 0 });
    const read = vi.spyOn(replica(), "page");
    append();
    settle();
    expect(together.map(({ seqs }) => seqs)).toEqual(together.map(() => [0]));
    expect(read).toHaveBeenCalledTimes(1);
    tails.grant(behind, 1_000);
    append();
    settle();
    expect(behind.seqs).toEqual([0, 1]);
    expect(read).toHaveBeenCalledTimes(3);
  });

  it("get several records at once while the pause after a round lasts", () => {
    const together = upTo(20).map(() => listen());
    append();
    leader.host.pass(100);
    append();
    append();
    expect(together.map(({ pages }) => pages)).toEqual(together.map(() => [[0]]));
    leader.host.pass(100);
    expect(together.map(({ pages }) => pages)).toEqual(together.map(() => [[0], [1, 2]]));
  });

  it("wait for no longer than the pause, though the clock was set back", () => {
    const [one] = upTo(20).map(() => listen());
    append();
    leader.host.setBack(60_000);
    append();
    leader.host.pass(200);
    expect(one?.seqs).toEqual([0, 1]);
  });

  it("are sent no more in a round than may wait in memory, and those that got nothing are next", () => {
    append(12);
    run(appendTo("a", { bytes: 300 }));
    const all = upTo(60).map((at) => new Listener(log, { next: toSeq(at % 2) }));
    for (const listener of all) tails.join(listener);
    tails.settled();
    const served = () => all.filter(({ pages }) => pages.length > 0).length;
    const first = served();
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(all.length);
    expect(all.filter(({ pages }) => pages.length > 1)).toEqual([]);
    const read = vi.spyOn(replica(), "page");
    leader.host.pass(1_000);
    expect(served()).toBe(2 * first);
    expect(read.mock.calls.length).toBeLessThanOrEqual(2);
    for (let i = 0; i < 20; i += 1) leader.host.pass(1_000);
    expect(all.map(({ seqs }) => seqs)).toEqual(all.map((_, at) => upTo(13).slice(at % 2)));
    expect(leader.host.pending).toBe(0);
  });

  it("leave nothing pending when all is sent", () => {
    listen();
    append(25);
    settle();
    expect(leader.host.pending).toBe(0);
  });
});

describe("credit", () => {
  it("bounds what is sent: no page without it, and one page beyond it at most", () => {
    const listener = listen({ credit: 1 });
    append(25);
    settle();
    expect(listener.pages).toEqual([upTo(10)]);
    expect(listener.position.credit).toBeLessThanOrEqual(0);
    append();
    settle();
    expect(listener.pages).toHaveLength(1);
  });

  it("that is given takes a slow one on by pages, in order", () => {
    const listener = listen({ credit: 1 });
    append(25);
    append(4);
    settle();
    for (let round = 0; round < 5; round += 1) {
      tails.grant(listener, 1 - listener.position.credit);
      tails.settled();
      settle();
    }
    expect(listener.pages.map(({ length }) => length)).toEqual([10, 10, 5, 4]);
    expect(listener.seqs).toEqual(upTo(29));
  });

  it("that one lacks does not hold up the others", () => {
    listen({ credit: 1 });
    const quick = listen();
    for (const _ of upTo(30)) append();
    settle();
    expect(quick.seqs).toEqual(upTo(30));
  });
});

describe("a subscriber that gives no credit for too long", () => {
  it("is dropped when there is news, and hears where to go on", () => {
    const listener = listen({ credit: 1 });
    append();
    settle();
    append();
    leader.host.pass(options.stallMs);
    expect(listener.ended).toBeNull();
    append();
    expect(listener.ended).toEqual({ kind: "dropped" });
    expect(listener.position.next).toBe(1);
  });

  it("is not for the time before there was something for it", () => {
    const [none, little] = [listen({ credit: 0 }), listen({ credit: -100 })];
    tails.grant(little, 1);
    tails.settled();
    leader.host.pass(10 * options.stallMs);
    append();
    expect([none.ended, little.ended]).toEqual([null, null]);
    leader.host.pass(options.stallMs);
    append();
    expect([none.ended, little.ended]).toEqual([{ kind: "dropped" }, { kind: "dropped" }]);
  });

  it("is not, where it gives some in time, or where there was nothing for it", () => {
    const listener = listen({ credit: 1 });
    append();
    settle();
    append();
    leader.host.pass(options.stallMs - 1);
    tails.grant(listener, 1 - listener.position.credit);
    tails.settled();
    settle();
    expect(listener.seqs).toEqual([0, 1]);
    leader.host.pass(10 * options.stallMs);
    append();
    expect(listener.ended).toBeNull();
  });
});

describe("a tail ends", () => {
  it("with a closed log, after the last record", () => {
    append(12);
    const listener = listen();
    run({ kind: "close", name: "a", producer: null });
    settle();
    expect([listener.seqs, listener.ended]).toEqual([upTo(12), { kind: "closed" }]);
  });

  it("with the append that closes it", () => {
    const listener = listen();
    run(appendTo("a", { closes: true }));
    settle();
    expect([listener.seqs, listener.ended]).toEqual([[0], { kind: "closed" }]);
  });

  it("at the end of a log that was closed before, which is told at once", () => {
    run({ kind: "close", name: "a", producer: null });
    expect(listen().ended).toEqual({ kind: "closed" });
  });

  it("with a log that is deleted, though one of its name is made anew", () => {
    const listener = listen();
    leader.run({ kind: "command", command: { kind: "delete", name: "a" } });
    leader.run({ kind: "command", command: createCommand("a") });
    append();
    settle();
    expect([listener.seqs, listener.ended]).toEqual([[], { kind: "deleted" }]);
  });

  it("with a log whose time is over, once one of its name is made anew", () => {
    run(createCommand("t", { settings: { ...plainSettings, ttlSeconds: 10 } }));
    const listener = listen({ name: "t", log: toIndex(leader.node.status()?.lastIndex ?? 0) });
    leader.host.pass(60_000);
    run(createCommand("t"));
    expect(listener.ended).toEqual({ kind: "deleted" });
  });

  it("where records that it has not sent are trimmed, and says where the log begins", () => {
    const [slow, quick] = [listen({ credit: 0 }), listen()];
    append(5);
    settle();
    run({ kind: "trim", name: "a", before: 3 });
    tails.grant(slow, 1_000);
    append();
    settle();
    expect(slow.ended).toEqual({ kind: "trimmed", earliest: 3 });
    expect([quick.seqs, quick.ended]).toEqual([upTo(6), null]);
  });

  it("where this node's copy is damaged, and others go on", () => {
    append();
    append();
    const { storage } = leader.host;
    const read = storage.batches.bind(storage);
    vi.spyOn(storage, "batches").mockImplementation((range) => {
      if (range.from > 0) return read(range);
      throw new StorageError("damaged-entry", "entry 3 is damaged", toIndex(3));
    });
    vi.spyOn(console, "error").mockImplementation(() => {});
    const [hurt, whole] = [listen(), listen({ next: toSeq(1) })];
    settle();
    expect([hurt.ended, whole.seqs]).toEqual([{ kind: "unreadable" }, [1]]);
  });
});

describe("a subscriber that leaves while it is served", () => {
  it("takes others with it that have had their turn, and those that have not", () => {
    const session = [new Listener(log), new Listener(log), new Listener(log)];
    for (const listener of session) tails.join(listener);
    const [first] = session;
    if (first === undefined) throw new Error("there is no subscriber");
    first.send = () => {
      for (const listener of session) tails.leave(listener);
      return 1;
    };
    append(12);
    settle();
    append();
    settle();
    expect(session.map(({ seqs }) => seqs)).toEqual([[], [], []]);
  });
});
