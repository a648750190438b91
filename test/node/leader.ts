import { expect } from "vitest";
import { createCommand } from "../../src/log/commands.ts";
import { Node } from "../../src/node/node.ts";
import type { NodeOptions } from "../../src/node/options.ts";
import { bootstrapIdentity } from "../../src/raft/identity.ts";
import type { Message } from "../../src/raft/messages.ts";
import { toIndex } from "../../src/raft/types.ts";
import type { Answer, PageQuery, QueryRequest, Request } from "../../src/transport/protocol.ts";
import { appendTo } from "../storage/fixture.ts";
import { FakeHost } from "./fake-host.ts";

export const options: NodeOptions = {
  electionTimeoutMs: 1_000,
  heartbeatMs: 100,
  checkQuorum: true,
  sleepAfterMs: 0,
  inflightMax: 4,
  appendBytesMax: 10_000,
  uncommittedBytesMax: 4_000,
  requestsMax: 8,
  readersMax: 4,
  tailEntries: 1_000,
  tailBytes: 1_000_000,
  deadRowsMax: 100,
  leaderRegions: [],
  followWriters: true,
  writers: { windowMs: 1_000, windows: 3, share: 0.6, appendsMin: 4, coolDownMs: 5_000 },
};
export const create: Request = { kind: "command", command: createCommand("a") };
export const append = (bytes = 4): Request => ({ kind: "command", command: appendTo("a", { bytes }) });

export function page(from: PageQuery["from"], waitMs = 0): QueryRequest {
  const query = {
    kind: "page",
    name: "a",
    from,
    until: null,
    recordsMax: 10,
    bytesMax: 10_000,
    waitMs,
  } as const;
  return { kind: "query", query, consistency: "linearizable", minIndex: toIndex(0) };
}

/** A node that leads: alone, or with two others of whom node 2 answers when it is told to. */
export class Leader {
  readonly host = new FakeHost();
  readonly node: Node;

  constructor(voters: readonly number[]) {
    this.node = new Node(this.host, options);
    const regions = ["weur", "enam", "apac"].slice(0, voters.length);
    this.node.prepare(bootstrapIdentity("main", 1, regions));
    this.node.start();
    this.lead(1);
  }

  /** Its election timeout passes, and node 2 votes for it in `term`. */
  lead(term: number): void {
    this.ring(1_000);
    this.hear({ type: "PreVoteResponse", from: 2, to: 1, term, granted: true });
    this.host.flush();
    this.hear({ type: "RequestVoteResponse", from: 2, to: 1, term, granted: true });
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
    this.node.request(request, timeoutMs, true, (answer) => answers.push(answer));
    return answers;
  }

  /** As `ask`, with a disk that does its work at once. */
  run(request: Request): Answer | undefined {
    const answers = this.ask(request);
    this.host.flush();
    return answers[0];
  }

  /** Node 2 holds everything, and confirms the reads up to `round`. */
  acknowledge(round = 0): void {
    const { lastIndex = 0, currentTerm: term = 0 } = this.node.status() ?? {};
    const matchIndex = toIndex(lastIndex);
    this.hear({ type: "AppendEntriesAccepted", from: 2, to: 1, term, round, matchIndex, quiesced: false });
  }
}
