import { beforeEach, describe, expect, it } from "vitest";
import { toIndex } from "../../src/raft/types.ts";
import type { Answer } from "../../src/transport/protocol.ts";
import { create } from "./leader.ts";
import { once, Trio } from "./trio.ts";

const first = { kind: "outcome", outcome: { kind: "appended", start: 0, end: 1, duplicate: false } };
const again = { kind: "outcome", outcome: { kind: "appended", start: 0, end: 1, duplicate: true } };

let trio: Trio;

/** Node 1 leads, and all know that the log "a" is there. */
beforeEach(() => {
  trio = new Trio();
  trio.elect(1);
  trio.ask(1, create);
  trio.run();
  trio.heartbeat(1);
});

/** The producer asks the new leader once more. */
function retry(id: number): Answer | undefined {
  const answers = trio.ask(id, once);
  trio.run();
  return answers[0];
}

function expectOneRecord(id: number): void {
  expect(trio.read(id)).toMatchObject({
    kind: "result",
    result: { from: 0, next: 1, tail: 1, complete: true },
  });
}

describe("of the seven moments at which a leader can die, when it dies", () => {
  it("(1) before the request reaches it, a retry appends the record, once", () => {
    trio.kill(1);
    trio.elect(2);
    expect(retry(2)).toMatchObject(first);
    expectOneRecord(2);
  });

  it("(2) with the entry on itself alone, the entry is lost with it, unanswered, and a retry appends it, once", () => {
    const answers = trio.ask(1, once);
    trio.kill(1);
    trio.elect(2);
    expect(answers).toEqual([]);
    expect(retry(2)).toMatchObject(first);
    trio.restart(1);
    trio.heartbeat(2);
    trio.heartbeat(2);
    expectOneRecord(1);
  });

  it("(3) with the entry on all followers and no answer back, a retry finds it where it is", () => {
    const answers = trio.ask(1, once);
    trio.run(({ to }) => to !== 1);
    trio.kill(1);
    trio.elect(2);
    expect(answers).toEqual([]);
    expect(retry(2)).toMatchObject(again);
    expectOneRecord(2);
  });

  it("(4) with the entry on a majority, only a node that has it is elected, and a retry finds it in its place", () => {
    const answers = trio.ask(1, once);
    trio.run(({ to }) => to === 2);
    trio.kill(1);
    trio.elect(3);
    expect(trio.leader).toBeNull();
    trio.elect(2);
    expect(trio.leader).toBe(2);
    expect(answers).toEqual([]);
    expect(retry(2)).toMatchObject(again);
    expectOneRecord(3);
  });

  it("(5) with the entry committed and its followers not told, what was acknowledged is there", () => {
    const answers = trio.ask(1, once);
    trio.run();
    expect(answers).toMatchObject([first]);
    for (const id of [2, 3]) expect(trio.node(id).status()).toMatchObject({ commitIndex: 2, lastIndex: 3 });
    trio.kill(1);
    trio.elect(3);
    expectOneRecord(3);
    expect(retry(3)).toMatchObject(again);
    expectOneRecord(2);
  });

  it("(6) with the entry committed everywhere and its answer lost, a retry gets the positions of the first time", () => {
    trio.ask(1, once);
    trio.run();
    trio.heartbeat(1);
    trio.kill(1);
    trio.elect(2);
    expect(retry(2)).toMatchObject(again);
    expectOneRecord(2);
  });

  it("(7) by being cut off while the others elect another, its entry is given up, and never called a success", () => {
    const answers = trio.ask(1, once);
    const isAmongOthers = ({ from, to }: { from: number; to: number }): boolean => from !== 1 && to !== 1;
    trio.run(isAmongOthers);
    expect(trio.node(1).status()).toMatchObject({ role: "leader", commitIndex: 2, lastIndex: 3 });
    trio.elect(2, isAmongOthers);
    expect(answers).toEqual([]);
    trio.heartbeat(2);
    trio.heartbeat(2);
    expect(answers).toMatchObject([{ kind: "failure", reason: "superseded" }]);
    expect(retry(2)).toMatchObject(first);
    expectOneRecord(1);
  });
});

describe("a read that names an index", () => {
  const from = (minIndex: number) =>
    ({
      kind: "query",
      query: { kind: "describe", name: "a" },
      consistency: "local",
      minIndex: toIndex(minIndex),
    }) as const;

  it("waits at a follower that does not have it yet, and is answered once it does", () => {
    const answers = trio.ask(2, from(3));
    expect(answers).toEqual([]);
    trio.ask(1, once);
    trio.run();
    expect(answers).toEqual([]);
    trio.heartbeat(1);
    expect(answers).toMatchObject([{ kind: "result", result: { tail: 1 }, index: 3 }]);
  });

  it("is refused in the end, and never answered early, where the index does not come", () => {
    const answers = trio.ask(2, from(4));
    trio.ask(1, once);
    trio.run();
    trio.heartbeat(1);
    expect(answers).toEqual([]);
    trio.pass(60_000);
    expect(answers).toMatchObject([{ kind: "failure", reason: "timeout" }]);
  });
});
