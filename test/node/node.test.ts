import { describe, expect, it } from "vitest";
import { createCommand } from "../../src/log/commands.ts";
import { plainSettings } from "../../src/log/state.ts";
import type { Command } from "../../src/log/types.ts";
import { toIndex } from "../../src/raft/types.ts";
import { StorageError } from "../../src/storage/error.ts";
import type { Answer, Request } from "../../src/transport/protocol.ts";
import { between } from "../raft/harness/messages.ts";
import { appendTo } from "../storage/fixture.ts";
import { append, create, Leader, page } from "./leader.ts";

/** Of node 2, which leads with an empty log. */
const heartbeat = between(2, 1).in(2).append({ round: 1 });

describe("a long poll at the tail", () => {
  it("gets the next record, from where the tail was when it began", () => {
    const leader = new Leader([1]);
    leader.run(create);
    leader.run(append());
    const answers = leader.ask(page({ at: "tail" }, 4_000));
    expect(answers).toEqual([]);
    leader.run(append());
    expect(answers).toMatchObject([{ result: { kind: "page", from: 1, next: 2, batches: [{ start: 1 }] } }]);
  });

  it("gets the next record of a log that was made anew when its time was over", () => {
    const leader = new Leader([1]);
    const settings = { ...plainSettings, ttlSeconds: 10 };
    leader.run({ kind: "command", command: createCommand("a", { settings }) });
    const answers: Answer[] = leader.ask(page({ at: "tail" }, 90_000), 100_000);
    leader.host.pass(60_000);
    leader.run(create);
    leader.run(append());
    expect(answers).toMatchObject([{ result: { kind: "page", from: 0, next: 1 } }]);
  });

  it("gets an empty page when its wait is over", () => {
    const leader = new Leader([1]);
    leader.run(create);
    const answers = leader.ask(page({ at: "tail" }, 400));
    leader.host.pass(400);
    expect(answers).toMatchObject([
      { result: { kind: "page", from: 0, next: 0, complete: true, batches: [] } },
    ]);
  });
});

describe("a disk that hangs", () => {
  it("does not keep a leader that hears no peer from stepping down, nor the alarm from being set", () => {
    const leader = new Leader([1, 2, 3]);
    leader.ask(create);
    expect(leader.host.syncs).toHaveLength(1);
    leader.ring(999);
    expect(leader.node.status()?.role).toBe("leader");
    leader.ring(1);
    expect(leader.node.status()?.role).toBe("follower");
    expect(leader.host.alarmAt).not.toBeNull();
  });

  it("makes the requests that wait for it be refused once they are too many, and serves the others later", () => {
    const leader = new Leader([1]);
    leader.run(create);
    const first = leader.ask(append());
    const waiting = leader.ask(append(2_000));
    expect(leader.ask(append(3_000))).toMatchObject([{ kind: "failure", reason: "busy" }]);
    leader.host.flush();
    expect([...first, ...waiting]).toMatchObject([{ outcome: { start: 0 } }, { outcome: { start: 1 } }]);
    expect(leader.run(append(2_000))).toMatchObject({ outcome: { start: 2 } });
  });
});

describe("a commit", () => {
  const commits = (leader: Leader): readonly number[] =>
    leader.host.sent.flatMap((message) =>
      message.type === "AppendEntries" && message.to === 2 ? [message.commitIndex] : [],
    );

  it("is announced soon where nothing else takes it along", () => {
    const leader = new Leader([1, 2, 3]);
    leader.acknowledge();
    leader.run(create);
    leader.acknowledge();
    expect(commits(leader).at(-1)).toBe(1);
    leader.host.pass(20);
    expect(commits(leader).at(-1)).toBe(2);
    const { length } = leader.host.sent;
    leader.host.pass(50);
    expect(leader.host.sent).toHaveLength(length);
  });
});

describe("a request that is answered already", () => {
  it("leaves nothing behind: a read that is confirmed after its time is over does not wait on", () => {
    const leader = new Leader([1, 2, 3]);
    const answers = leader.ask({ ...page({ at: "earliest" }), minIndex: toIndex(1_000) }, 10);
    leader.host.pass(10);
    expect(answers).toMatchObject([{ reason: "timeout" }]);
    const late = { from: 2, to: 1, term: 1, round: 1, matchIndex: toIndex(1), quiesced: false };
    leader.hear({ type: "AppendEntriesAccepted", ...late });
    expect(answers).toHaveLength(1);
  });
});

describe("a command that enters at a follower", () => {
  it.each([
    ["is said to come from there", {}, { near: 1 }],
    ["comes from where it is said to", { near: 3 }, { near: 3 }],
  ])("%s", (_, near, expected) => {
    const follower = new Leader([1, 2, 3]);
    follower.hear(heartbeat);
    expect(follower.node.status()?.leader).toBe(2);
    follower.ask({ ...create, ...near } as Request);
    expect(follower.host.forwarded).toEqual([{ ...create, ...expected }]);
  });
});

describe("the appends that a leader takes", () => {
  it("are counted by the member near which they entered, and move leadership in the end", () => {
    const leader = new Leader([1, 2, 3]);
    leader.run(create);
    leader.acknowledge();
    for (let window = 0; window < 6; window += 1) {
      for (let i = 0; i < 4; i += 1) leader.run({ ...append(), near: 2 } as Request);
      for (let beat = 0; beat < 5; beat += 1) {
        leader.ring(200);
        leader.acknowledge();
      }
    }
    expect(leader.node.status()?.handedOver?.to).toBe(2);
    expect(leader.host.sent.some(({ type, to }) => type === "TimeoutNow" && to === 2)).toBe(true);
  });
});

describe("an object that was superseded by another life of it", () => {
  const supersede = ({ host }: Leader): void => {
    host.storage.assertCurrent = () => {
      throw new Error("superseded");
    };
  };

  it.each<Request>([{ kind: "read-index" }, page({ at: "earliest" })])(
    "answers no read that was to be confirmed: %j",
    (request) => {
      const leader = new Leader([1, 2, 3]);
      leader.run(create);
      leader.acknowledge();
      const answers = leader.ask(request);
      supersede(leader);
      expect(() => leader.acknowledge(1)).toThrow("superseded");
      expect(answers).toEqual([]);
    },
  );

  it("acknowledges nothing, not even a heartbeat", () => {
    const follower = new Leader([1, 2, 3]);
    const replies: unknown[] = [];
    const hear = () => follower.node.receive([heartbeat], (messages) => replies.push(...messages));
    hear();
    expect(replies).toMatchObject([{ type: "AppendEntriesAccepted", round: 1 }]);
    supersede(follower);
    expect(hear).toThrow("superseded");
    expect(replies).toHaveLength(1);
  });
});

describe("a damaged row", () => {
  it("fails the reads that need it, and nothing else", () => {
    const leader = new Leader([1]);
    leader.run(create);
    leader.run(append());
    const { storage } = leader.host;
    const { batches } = storage;
    storage.batches = () => {
      throw new StorageError("damaged-entry", "entry 3 is damaged", toIndex(3));
    };
    expect(leader.run(page({ at: "earliest" }))).toMatchObject({ kind: "failure", reason: "unreadable" });
    storage.batches = batches;
    expect(leader.run(append())).toMatchObject({ outcome: { start: 1 } });
    expect(leader.run(page({ at: "earliest" }))).toMatchObject({ result: { next: 2 } });
  });
});

describe("a change of the members", () => {
  const remove = (...ids: number[]): Request => {
    return { kind: "members", change: { add: [], remove: ids, expectedIndex: null } };
  };
  const mark = (index: number) => ({ recoveries: 0, index: toIndex(index) });
  const idsAfter = (leader: Leader, index: number) =>
    leader.node.membersAfter(mark(index))?.members.map(({ id }) => id);

  it("is told only to callers that know older ones, until it is complete", () => {
    const leader = new Leader([1, 2, 3]);
    leader.acknowledge();
    expect(leader.node.membersAfter(mark(0))).toBeNull();
    leader.run(remove(3));
    expect(idsAfter(leader, 0)).toEqual([1, 2, 3]);
    leader.acknowledge();
    leader.host.flush();
    expect(idsAfter(leader, 2)).toEqual([1, 2]);
    expect(leader.node.membersAfter(mark(3))).toBeNull();
  });

  it("does not name learners: they have not got all yet", () => {
    const leader = new Leader([1, 2, 3]);
    leader.acknowledge();
    const add = [{ id: 4, region: "oc" }];
    leader.run({ kind: "members", change: { add, remove: [], expectedIndex: null } });
    expect(leader.node.membersAfter(mark(0))).toEqual({
      members: ["weur", "enam", "apac"].map((region, at) => ({ id: at + 1, region })),
      configurationIndex: 2,
      recoveries: 0,
    });
  });

  it("makes a removed node refuse all requests, and tell the present members", () => {
    const leader = new Leader([1, 2, 3]);
    leader.run(create);
    leader.acknowledge();
    leader.run(remove(1, 3));
    leader.acknowledge();
    leader.host.flush();
    leader.acknowledge();
    leader.host.flush();
    expect(leader.node.status()?.role).toBe("follower");
    const local = { ...page({ at: "earliest" }), consistency: "local" } as const;
    for (const request of [create, page({ at: "earliest" }), local]) {
      expect(leader.run(request)).toMatchObject({ kind: "failure", reason: "not-leader" });
    }
    expect(idsAfter(leader, 0)).toEqual([2]);
  });
});

describe("an answer to a retry", () => {
  const producer = (seq: number) => ({ id: "p", epoch: 0, seq });
  const command = (asked: Command): Request => ({ kind: "command", command: asked });

  it.each<[string, Command, Command]>([
    [
      "of an append",
      appendTo("a", { producer: producer(1), closes: true }),
      appendTo("a", { producer: producer(0) }),
    ],
    ["that closes", appendTo("a"), { kind: "close", name: "a", producer: producer(0) }],
  ])("%s tells nothing that is not committed", (_, later, retry) => {
    const leader = new Leader([1, 2, 3]);
    leader.run(create);
    leader.run(command(appendTo("a", { producer: producer(0) })));
    leader.acknowledge();
    // No node acknowledges it, so it may never be committed.
    leader.run(command(later));
    expect(leader.run(command(retry))).toBeUndefined();
  });
});

it("a reader that waits for records is not answered for another change, but for the seal", () => {
  const leader = new Leader([1]);
  leader.run(create);
  const wait = (): Answer[] => leader.ask({ ...page({ at: "tail" }, 60_000), consistency: "local" }, 70_000);
  const answers = wait();
  leader.host.flush();
  for (const token of ["x", "y"])
    leader.run({ kind: "command", command: { kind: "fence", name: "a", token } });
  expect(answers).toEqual([]);
  leader.run({ kind: "command", command: { kind: "close", name: "a", producer: null } });
  expect(answers).toMatchObject([{ kind: "result", result: { kind: "page", state: { closed: true } } }]);
});

it("a reader that waits for records and gets none learns in time of the log as it is by then", () => {
  const leader = new Leader([1]);
  leader.run(create);
  const answers = leader.ask({ ...page({ at: "tail" }, 1_000), consistency: "local" }, 70_000);
  leader.host.flush();
  leader.run({ kind: "command", command: { kind: "fence", name: "a", token: "x" } });
  leader.host.pass(1_000);
  expect(answers).toMatchObject([{ kind: "result", result: { batches: [], state: { fencingToken: "x" } } }]);
});
