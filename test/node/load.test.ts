import { describe, expect, it } from "vitest";
import { createCommand } from "../../src/log/commands.ts";
import { toIndex } from "../../src/raft/types.ts";
import type { Answer, FailureReason, Request } from "../../src/transport/protocol.ts";
import { between } from "../raft/harness/messages.ts";
import { append, create, Leader, page } from "./leader.ts";

const nothing = { requests: 0, readers: 0, queuedBytes: 0, uncommittedBytes: 0 };
const load = (leader: Leader) => leader.node.status()?.load;
const refused = (reason: FailureReason) => [{ kind: "failure", reason }];

/** Node 1 leads, and the log "a" is committed. */
function leading(): Leader {
  const leader = new Leader([1, 2, 3]);
  leader.run(create);
  leader.acknowledge();
  expect(load(leader)).toEqual(nothing);
  return leader;
}

/** A request of each kind that can wait: for a commit, for a majority, for an index, in the queue. */
function pending(leader: Leader, timeoutMs?: number): Answer[][] {
  const requests: Request[] = [
    append(),
    page({ at: "earliest" }),
    { ...page({ at: "tail" }, 60_000), consistency: "local" },
    { ...page({ at: "earliest" }), consistency: "local", minIndex: toIndex(1_000) },
    { kind: "read-index" },
    append(),
  ];
  return requests.map((request) => leader.ask(request, timeoutMs));
}

/** Node 2 leads a later term. */
function depose(leader: Leader): void {
  leader.hear(between(2, 1).in(9).append({ round: 1 }));
}

describe("what is under way in a node", () => {
  it("is counted", () => {
    const leader = leading();
    pending(leader);
    expect(load(leader)).toMatchObject({ requests: 6, readers: 3 });
    expect(load(leader)?.queuedBytes).toBeGreaterThan(0);
    leader.host.flush();
    expect(load(leader)).toMatchObject({ requests: 6, readers: 3, queuedBytes: 0 });
    expect(load(leader)?.uncommittedBytes).toBeGreaterThan(0);
  });

  it("has an alarm, though it was lost, and nothing more is let in", () => {
    const leader = leading();
    for (let i = 0; i < 4; i++) leader.ask(page({ at: "earliest" }));
    leader.host.alarmAt = null;
    expect(leader.ask(page({ at: "earliest" }))).toMatchObject(refused("too-many-readers"));
    expect(leader.host.alarmAt).not.toBeNull();
  });

  it("counts the records that come with a new log, and documents", () => {
    const leader = leading();
    leader.ask(append());
    const bytes = new Uint8Array(100_000);
    const batch = { count: 1, records: bytes };
    const document = { kind: "document", name: "a", key: "k", value: bytes, expectedVersion: null } as const;
    leader.ask({ kind: "command", command: createCommand("b", { batch }) });
    expect(load(leader)?.queuedBytes).toBeGreaterThan(100_000);
    expect(leader.ask({ kind: "command", command: document })).toMatchObject(refused("busy"));
  });

  it("is nothing once its time is over, and the node serves again", () => {
    const leader = leading();
    const answers = pending(leader, 50);
    leader.host.flush();
    leader.host.pass(50);
    leader.ring(50);
    expect(answers.map(({ length }) => length)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(load(leader)).toMatchObject({ requests: 0, queuedBytes: 0 });
    leader.acknowledge(2);
    expect(load(leader)).toEqual(nothing);
    leader.run(append());
    leader.acknowledge(2);
    expect(load(leader)).toEqual(nothing);
  });

  it("is nothing once the leader has fallen and the time is over, and it serves again when it leads again", () => {
    const leader = leading();
    const answers = pending(leader);
    leader.host.flush();
    depose(leader);
    expect(load(leader)?.uncommittedBytes).toBe(0);
    leader.host.pass(5_000);
    expect(answers.map(({ length }) => length)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(load(leader)).toEqual(nothing);
    leader.lead(10);
    leader.acknowledge();
    const again = leader.ask(append());
    leader.host.flush();
    leader.acknowledge();
    expect(again).toMatchObject([{ kind: "outcome" }]);
    expect(load(leader)).toEqual(nothing);
  });
});

describe("a node refuses, with a reason of its own,", () => {
  it("readers beyond its bound, and takes appends, and confirms what followers read, all the same", () => {
    const leader = leading();
    for (let i = 0; i < 4; i += 1) leader.ask(page({ at: "tail" }, 60_000));
    expect(leader.ask(page({ at: "earliest" }))).toMatchObject(refused("too-many-readers"));
    const confirmed = leader.ask({ kind: "read-index" });
    const answers = leader.ask(append());
    leader.host.flush();
    for (const round of [1, 2]) leader.acknowledge(round);
    expect([...confirmed, ...answers]).toMatchObject([{ kind: "read-index" }, { kind: "outcome" }]);
  });

  it("readers while as many of old are not confirmed, though their time is over", () => {
    const leader = leading();
    for (let i = 0; i < 4; i += 1) leader.ask(page({ at: "earliest" }), 10);
    leader.host.pass(10);
    expect(load(leader)).toMatchObject({ requests: 0, readers: 4 });
    expect(leader.ask(page({ at: "earliest" }))).toMatchObject(refused("too-many-readers"));
    for (const round of [1, 2]) leader.acknowledge(round);
    expect(load(leader)).toEqual(nothing);
  });

  it("what it would hand on beyond the bytes that may wait, till it has answers or the time is over", () => {
    const leader = leading();
    depose(leader);
    const answers: ((answer: Answer | null) => void)[] = [];
    leader.host.forward = (_to, _request, _timeoutMs, answer) => answers.push(answer);
    for (let i = 0; i < 2; i += 1) {
      expect(leader.ask(append(3_000))).toEqual([]);
      expect(leader.ask(append(3_000))).toMatchObject(refused("busy"));
      if (i === 0) answers.pop()?.({ kind: "failure", reason: "superseded", leader: null });
      else leader.host.pass(5_000);
      expect(load(leader)).toEqual(nothing);
    }
  });

  it("no reads for the bytes that wait: a follower serves them while what it handed on has no answer", () => {
    const leader = leading();
    depose(leader);
    leader.host.forward = () => {};
    leader.ask(append(3_700));
    expect(leader.ask(append(1))).toMatchObject(refused("busy"));
    expect(leader.ask(page({ at: "earliest" }))).toEqual([]);
    expect(leader.ask({ kind: "read-index" })).toEqual([]);
    leader.host.pass(5_000);
    expect(load(leader)).toEqual(nothing);
  });

  it("requests of any kind beyond its bound", () => {
    const leader = leading();
    for (let i = 0; i < 8; i += 1) leader.ask(append(), 1_000);
    expect(leader.ask(append())).toMatchObject(refused("too-many-requests"));
    expect(leader.ask(page({ at: "earliest" }))).toMatchObject(refused("too-many-requests"));
    leader.host.flush();
    leader.acknowledge();
    expect(load(leader)).toEqual(nothing);
  });
});
