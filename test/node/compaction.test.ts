import { describe, expect, it } from "vitest";
import { createCommand } from "../../src/log/commands.ts";
import { Node } from "../../src/node/node.ts";
import { evaluate } from "../../src/node/queries.ts";
import { bootstrapIdentity } from "../../src/raft/identity.ts";
import type { Message } from "../../src/raft/messages.ts";
import { type Entry, toIndex } from "../../src/raft/types.ts";
import type { Answer, Request } from "../../src/transport/protocol.ts";
import { between } from "../raft/harness/messages.ts";
import {
  appendTo,
  begun,
  command,
  everything,
  forkOf,
  madeLog,
  noop,
  persist,
  run,
} from "../storage/fixture.ts";
import { memoryStorage } from "../storage/node-database.ts";
import { FakeHost } from "./fake-host.ts";
import { options as leaderOptions } from "./leader.ts";

const options = { ...leaderOptions, tailEntries: 3, deadRowsMax: 2 };

const ask = (kind: "create" | "delete"): Request => ({
  kind: "command",
  command: kind === "create" ? createCommand("a") : { kind, name: "a" },
});
const append: Request = { kind: "command", command: appendTo("a") };

function started(id: number, size: number): { host: FakeHost; node: Node } {
  const host = new FakeHost();
  const node = new Node(host, options);
  const regions = Array.from({ length: size }, () => "weur");
  node.prepare(bootstrapIdentity("main", id, regions));
  node.start();
  return { host, node };
}

describe("a node compacts its log", () => {
  it("to a bounded tail, and removes a bounded number of dead rows with each input", () => {
    const { host, node } = started(1, 1);
    const rows = (): number => host.storage.rows(toIndex(1), everything, 1_000_000, 1_000).length;
    const input = (run: () => void): void => {
      const before = rows();
      run();
      expect(before - rows()).toBeLessThanOrEqual(options.deadRowsMax);
    };
    const run = (request: Request): void => {
      input(() => node.request(request, 5_000, true, () => {}));
      for (let done = host.syncs.shift(); done !== undefined; done = host.syncs.shift()) input(done);
      const { commitIndex = 0, snapshotIndex = 0 } = node.status() ?? {};
      expect(commitIndex - snapshotIndex).toBeLessThanOrEqual(2 * options.tailEntries);
    };
    host.pass(1_000);
    node.alarm();
    host.flush();
    run(ask("create"));
    for (let i = 0; i < 10; i++) run(append);
    run(ask("delete"));
    for (let i = 0; i < 20; i++) run(i % 2 === 0 ? ask("create") : ask("delete"));
    expect(node.status()?.lastIndex).toBe(33);
    expect(rows()).toBeLessThan(12);
    expect(new Node(host, options).status()).toMatchObject({ lastIndex: 33, snapshotIndex: 28 });
  });
});

it("a node compacts its log by its bytes too, where its entries are large", () => {
  const host = new FakeHost();
  const node = new Node(host, { ...leaderOptions, tailBytes: 1_000 });
  node.prepare(bootstrapIdentity("main", 1, ["weur"]));
  node.start();
  host.pass(1_000);
  node.alarm();
  host.flush();
  const large: Request = { kind: "command", command: appendTo("a", { bytes: 500 }) };
  for (const request of [ask("create"), ...Array.from({ length: 12 }, () => large)]) {
    node.request(request, 5_000, true, () => {});
    host.flush();
  }
  const { commitIndex = 0, snapshotIndex = 0 } = node.status() ?? {};
  expect(commitIndex).toBe(14);
  expect(commitIndex - snapshotIndex).toBeLessThanOrEqual(4);
});

it("one committed entry stays, though it is larger than the tail may be", () => {
  const { host } = started(1, 1);
  const small = new Node(host, { ...options, tailEntries: 1_000, tailBytes: 100 });
  host.pass(1_000);
  small.alarm();
  host.flush();
  for (const request of [ask("create"), append, append, append]) {
    small.request(request, 5_000, true, () => {});
    host.flush();
    small.request({ kind: "command", command: appendTo("a", { bytes: 1_000 }) }, 5_000, true, () => {});
    host.flush();
    const { commitIndex = 0, snapshotIndex = 0 } = small.status() ?? {};
    expect(commitIndex - snapshotIndex).toBeGreaterThanOrEqual(1);
  }
  expect(small.status()?.snapshotIndex).toBeGreaterThan(0);
});

/** Create "a" and append to it; the log is deleted and made again before the snapshot's end. */
const made = command(1, madeLog("a", 0, 1));
const again = command(5, madeLog("a", 7, 3));

function segment(prevIndex: number, lastIndex: number, entries: readonly Entry[]): Message {
  return between(1, 2).in(1).segment({ prevIndex, lastIndex, lastTerm: 1, snapshotIndex: 6, entries });
}

/** A local read of what a node says of "a". */
function describeAt(node: Node): Answer[] {
  const answers: Answer[] = [];
  const query = { kind: "describe", name: "a" } as const;
  const request = { kind: "query", query, consistency: "local", minIndex: toIndex(0) } as const;
  node.request(request, 5_000, true, (answer) => answers.push(answer));
  return answers;
}

const hear = (node: Node, ...messages: readonly Message[]): void => {
  for (const message of messages) node.receive([message], () => {});
};

const next = between(1, 2)
  .in(1)
  .append({ prevIndex: 6, prevTerm: 1, entries: [noop(7)], commitIndex: 7 });

describe("a reader is never shown half of a snapshot", () => {
  it("and waits until all of it is there", () => {
    const { node } = started(2, 3);
    hear(node, segment(0, 1, [made]));
    const answers = describeAt(node);
    hear(node, segment(1, 5, [again]));
    expect([answers, node.status()?.commitIndex]).toEqual([[], 5]);
    hear(node, segment(5, 6, []));
    expect(answers).toMatchObject([{ index: 6, result: { tail: 7, state: { earliest: 7, createdAt: 3 } } }]);
  });

  it("nor does it lose what a fork reads, when the fork is in the other half", () => {
    const sender = begun(memoryStorage());
    run(sender, [
      createCommand("a"),
      appendTo("a", { count: 2 }),
      forkOf("a", "f"),
      { kind: "delete", name: "a" },
    ]);
    run(sender, [createCommand("z"), appendTo("z"), appendTo("z"), { kind: "fence", name: "f", token: "x" }]);
    const mark = { index: toIndex(8), term: 1, readableIndex: toIndex(8) };
    sender.write(persist({ snapshot: { mark, rows: [] } }));
    sender.removeDead(100);
    const rows = sender.rows(toIndex(1), toIndex(8), 9_999, 99);
    // The row that made the fork is replaced by the one that fenced it.
    expect(rows.map(({ index }) => index)).toEqual([2, 4, 5, 6, 7, 8]);
    const { node, host } = started(2, 3);
    const halves = [rows.slice(0, 3), rows.slice(3)] as const;
    const parts = { lastTerm: 1, snapshotIndex: 8 };
    hear(
      node,
      between(1, 2)
        .in(1)
        .segment({ ...parts, prevIndex: 0, lastIndex: 5, entries: halves[0] }),
    );
    hear(
      node,
      between(1, 2)
        .in(1)
        .segment({ ...parts, prevIndex: 5, lastIndex: 8, entries: halves[1] }),
    );
    const whole = { from: { at: "earliest" }, until: null, recordsMax: 9, bytesMax: 999, waitMs: 0 } as const;
    const page = evaluate({ kind: "page", name: "f", ...whole }, host.storage, toIndex(8));
    expect(page).toMatchObject({ kind: "page", batches: [{ start: 0, count: 2 }], next: 2 });
  });

  it("nor after a restart in the middle", () => {
    const { host } = started(2, 3);
    hear(new Node(host, options), segment(0, 1, [made]));
    const node = new Node(host, options);
    const entries = [2, 3, 4].map((index) => noop(index));
    hear(node, between(1, 2).in(1).append({ prevIndex: 1, prevTerm: 1, entries, commitIndex: 4 }));
    const answers = describeAt(node);
    expect([answers, node.status()?.commitIndex]).toEqual([[], 4]);
    hear(node, segment(4, 5, [again]), segment(5, 6, []), next);
    expect(answers).toHaveLength(1);
  });

  it("not even a request that waited for the log to change", () => {
    const { node } = started(2, 3);
    const first = between(1, 2)
      .in(1)
      .append({ entries: [made], commitIndex: 1 });
    hear(node, first);
    const answers: Answer[] = [];
    const limits = { recordsMax: 9, bytesMax: 999, waitMs: 4_000 };
    const query = { kind: "page", name: "a", from: { at: "tail" }, until: null, ...limits } as const;
    const request = { kind: "query", query, consistency: "local", minIndex: toIndex(0) } as const;
    node.request(request, 5_000, true, (answer) => answers.push(answer));
    hear(node, segment(1, 4, []));
    expect(answers).toEqual([]);
    hear(node, segment(4, 6, [again]));
    expect(answers).toMatchObject([{ index: 6, result: { kind: "page", from: 7, tail: 7 } }]);
  });
});

describe("a leader that was deposed", () => {
  it("can't tell what became of its entry, once a snapshot covers it and leaves it out", () => {
    const { host, node } = started(1, 3);
    host.pass(1_000);
    node.alarm();
    hear(node, { type: "PreVoteResponse", from: 2, to: 1, term: 1, granted: true });
    host.flush();
    hear(node, { type: "RequestVoteResponse", from: 2, to: 1, term: 1, granted: true });
    host.flush();
    const answers: Answer[] = [];
    node.request(ask("create"), 5_000, true, (answer) => answers.push(answer));
    host.flush();
    hear(
      node,
      between(2, 1).in(2).segment({ prevIndex: 0, lastIndex: 4, lastTerm: 2, snapshotIndex: 4, entries: [] }),
    );
    expect(answers).toMatchObject([{ kind: "failure", reason: "outcome-unknown" }]);
  });
});
