import { describe, expect, it } from "vitest";
import { Node } from "../../src/node/node.ts";
import { bootstrapIdentity } from "../../src/raft/identity.ts";
import type { Message } from "../../src/raft/messages.ts";
import { type Options, toIndex } from "../../src/raft/types.ts";
import { StorageError } from "../../src/storage/error.ts";
import type { Answer, PageQuery, QueryRequest, Request } from "../../src/transport/protocol.ts";
import { appendTo } from "../storage/fixture.ts";
import { FakeHost } from "./fake-host.ts";

const options: Options = {
  electionTimeoutMs: 1_000,
  heartbeatMs: 100,
  checkQuorum: true,
  sleepAfterMs: 0,
  inflightMax: 4,
  appendBytesMax: 10_000,
  uncommittedBytesMax: 4_000,
};
const create: Request = { kind: "command", command: { kind: "create", name: "a" } };
const append = (bytes = 4): Request => ({ kind: "command", command: appendTo("a", { bytes }) });

function page(from: PageQuery["from"], waitMs = 0): QueryRequest {
  const query = { kind: "page", name: "a", from, recordsMax: 10, bytesMax: 10_000, waitMs } as const;
  return { kind: "query", query, consistency: "linearizable", minIndex: toIndex(0) };
}

/** A node that leads: alone, or with two others of whom node 2 answers when it is told to. */
class Leader {
  readonly host = new FakeHost();
  readonly node: Node;

  constructor(voters: readonly number[]) {
    this.node = new Node(this.host, options);
    const regions = voters.map(() => "weur");
    this.node.prepare(bootstrapIdentity("main", 1, regions));
    this.node.start();
    this.ring(1_000);
    this.hear({ type: "PreVoteResponse", from: 2, to: 1, term: 1, granted: true });
    this.host.flush();
    this.hear({ type: "RequestVoteResponse", from: 2, to: 1, term: 1, granted: true });
    this.host.flush();
    expect(this.node.status()?.role).toBe("leader");
  }

  /** `ms` later the alarm rings. */
  ring(ms: number): void {
    this.host.pass(ms);
    this.host.alarmAt = null;
    this.node.alarm();
  }

  hear(message: Message): void {
    this.node.receive([message], () => {});
  }

  ask(request: Request, timeoutMs = 5_000): Answer[] {
    const answers: Answer[] = [];
    this.node.request(request, timeoutMs, false, (answer) => answers.push(answer));
    return answers;
  }

  /** As `ask`, with a disk that does its work at once. */
  run(request: Request): Answer | undefined {
    const answers = this.ask(request);
    this.host.flush();
    return answers[0];
  }

  /** Node 2 holds everything. */
  acknowledge(): void {
    const { lastIndex = 0 } = this.node.status() ?? {};
    const matchIndex = toIndex(lastIndex);
    this.hear({
      ...{ type: "AppendEntriesAccepted", from: 2, to: 1 },
      ...{ term: 1, round: 0, matchIndex, asleep: false },
    });
  }
}

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
  it("does not keep a leader that hears nobody from stepping down, nor the alarm from being set", () => {
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
    const late = { from: 2, to: 1, term: 1, round: 1, matchIndex: toIndex(1), asleep: false };
    leader.hear({ type: "AppendEntriesAccepted", ...late });
    expect(answers).toHaveLength(1);
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
  const idsAfter = (leader: Leader, index: number) =>
    leader.node.membersAfter(toIndex(index))?.members.map(({ id }) => id);

  it("is told to who knows of older ones only, until it is through with all who decide", () => {
    const leader = new Leader([1, 2, 3]);
    leader.acknowledge();
    expect(leader.node.membersAfter(toIndex(0))).toBeNull();
    leader.run(remove(3));
    expect(idsAfter(leader, 0)).toEqual([1, 2, 3]);
    leader.acknowledge();
    leader.host.flush();
    expect(idsAfter(leader, 2)).toEqual([1, 2]);
    expect(leader.node.membersAfter(toIndex(3))).toBeNull();
  });

  it("does not name learners: they have not got all yet", () => {
    const leader = new Leader([1, 2, 3]);
    leader.acknowledge();
    const add = [{ id: 4, region: "oc" }];
    leader.run({ kind: "members", change: { add, remove: [], expectedIndex: null } });
    expect(leader.node.membersAfter(toIndex(0))).toEqual({
      members: [1, 2, 3].map((id) => ({ id, region: "weur" })),
      configurationIndex: 2,
    });
  });

  it("makes who is removed refuse all requests, and tell who is there instead", () => {
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
