import { describe, expect, it } from "vitest";
import { Node } from "../../src/node/node.ts";
import type { NodeOptions } from "../../src/node/options.ts";
import { bootstrapIdentity } from "../../src/raft/identity.ts";
import type { Message } from "../../src/raft/messages.ts";
import { toIndex } from "../../src/raft/types.ts";
import { StorageError } from "../../src/storage/error.ts";
import type { Answer, PageQuery, QueryRequest, Request } from "../../src/transport/protocol.ts";
import { appendTo } from "../storage/fixture.ts";
import { FakeHost } from "./fake-host.ts";

const options: NodeOptions = {
  electionTimeoutMs: 1_000,
  heartbeatMs: 100,
  checkQuorum: true,
  inflightMax: 4,
  appendBytesMax: 10_000,
  uncommittedBytesMax: 4_000,
  leaderRegions: [],
  followWriters: true,
  writers: { windowMs: 1_000, windows: 3, share: 0.6, appendsMin: 4, coolDownMs: 5_000 },
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
    const regions = ["weur", "enam", "apac"].slice(0, voters.length);
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
    this.hear({ type: "AppendEntriesAccepted", from: 2, to: 1, term: 1, round: 0, matchIndex });
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
    leader.hear({ type: "AppendEntriesAccepted", from: 2, to: 1, term: 1, round: 1, matchIndex: toIndex(1) });
    expect(answers).toHaveLength(1);
  });
});

describe("a command that enters at a follower", () => {
  const heartbeat = { type: "AppendEntries", from: 2, to: 1, term: 2, entries: [], round: 1 } as const;
  const zero = toIndex(0);

  it.each([
    ["is said to come from there", {}, { near: 1 }],
    ["comes from where it is said to", { near: 3 }, { near: 3 }],
  ])("%s", (_, near, expected) => {
    const follower = new Leader([1, 2, 3]);
    follower.hear({
      ...heartbeat,
      prevIndex: zero,
      prevTerm: 0,
      configurationIndex: zero,
      commitIndex: zero,
    });
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
