import { beforeEach, describe, expect, test } from "vitest";
import { toSeq } from "../../src/log/types.ts";
import { toIndex } from "../../src/raft/types.ts";
import { AppendQueue } from "../../src/sessions/append-queue.ts";
import type { AskableNode } from "../../src/sessions/ask.ts";
import { type AnswerOf, answerTo } from "../../src/transport/answer-of.ts";
import type { Answer, Failure, FailureReason, OutcomeAnswer, Request } from "../../src/transport/protocol.ts";
import { FakeHost } from "../node/fake-host.ts";
import { appendTo } from "../storage/fixture.ts";
import { settled } from "./scene.ts";

const fails = (reason: FailureReason): Failure => ({ kind: "failure", reason, leader: null });
const [unknown, undone, busy] = [fails("outcome-unknown"), fails("not-leader"), fails("busy")];

const refused: OutcomeAnswer = {
  kind: "outcome",
  outcome: {
    kind: "refused",
    refusal: { reason: "producer-sequence-gap", expectedSeq: 0, receivedSeq: 1, isNewEpoch: false },
  },
};

/** A node that answers when the test says so. */
class SlowNode implements AskableNode {
  readonly host = new FakeHost();
  /** The numbers of records of the appends that each request asks for. */
  readonly asked: number[][] = [];
  readonly #open: PromiseWithResolvers<Answer>[] = [];

  ask = async <R extends Request>(request: R): Promise<AnswerOf<R>> => {
    if (request.kind !== "commands") throw new Error(`asked for ${request.kind}`);
    this.asked.push(request.commands.map((command) => (command.kind === "append" ? command.count : 0)));
    const answer = Promise.withResolvers<Answer>();
    this.#open.push(answer);
    return answerTo(request, await answer.promise);
  };

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.host.after(ms, resolve));
  }

  now(): number {
    return this.host.now();
  }

  /** Answers the oldest request, one answer each. */
  async answer(...answers: readonly (OutcomeAnswer | Failure)[]): Promise<void> {
    this.#open.shift()?.resolve({ kind: "outcomes", answers });
    await settled();
  }

  /** Nothing came of the oldest request as a whole. */
  async fail(answer: Answer): Promise<void> {
    this.#open.shift()?.resolve(answer);
    await settled();
  }

  async throw(error: Error): Promise<void> {
    this.#open.shift()?.reject(error);
    await settled();
  }

  async pass(ms: number): Promise<void> {
    this.host.pass(ms);
    await settled();
  }
}

let node: SlowNode;
let queue: AppendQueue;
/** What each append was answered, in the order of the answers. */
let answered: [number, Answer][];
beforeEach(() => {
  node = new SlowNode();
  queue = new AppendQueue(node);
  answered = [];
});

/** Asks for an append of so many records, which tells it from the others. */
function append(count: number, log = "a"): void {
  void queue.append(appendTo(log, { count })).then((answer) => answered.push([count, answer]));
}

/** What is told from other answers by its number. */
const done = (index: number): OutcomeAnswer => ({
  kind: "outcome",
  outcome: {
    ...{ kind: "appended", start: toSeq(0), end: toSeq(1), tail: toSeq(1), timestamp: 0, term: 1 },
    ...{ index: toIndex(index), duplicate: false, producerSeq: null, closed: false },
  },
});

describe("the appends to one log", () => {
  test("that come while others are under way go together when those are answered", async () => {
    for (const count of [1, 2, 3]) append(count);
    expect(node.asked).toEqual([[1]]);
    await node.answer(done(1));
    append(4);
    expect(node.asked).toEqual([[1], [2, 3]]);
    await node.answer(done(2), done(3));
    expect(node.asked).toEqual([[1], [2, 3], [4]]);
    await node.answer(done(4));
    expect(answered).toEqual([1, 2, 3, 4].map((count) => [count, done(count)]));
    append(5);
    expect(node.asked.at(-1)).toEqual([5]);
  });

  test("do not wait for those to other logs", () => {
    append(1);
    append(2, "b");
    expect(node.asked).toEqual([[1], [2]]);
  });

  test("that did not happen are asked for anew, as long as none after them may have", async () => {
    append(9);
    for (const count of [1, 2, 3, 4]) append(count);
    await node.answer(done(9));
    await node.answer(undone, done(2), undone, undone);
    expect(answered).toEqual([
      [9, done(9)],
      [1, undone],
      [2, done(2)],
    ]);
    append(5);
    await node.pass(50);
    expect(node.asked.at(-1)).toEqual([3, 4]);
    await node.answer(undone, unknown);
    expect(answered.slice(3)).toEqual([
      [3, undone],
      [4, unknown],
    ]);
    expect(node.asked.at(-1)).toEqual([5]);
  });

  test("that found no leader are asked for anew, though one after them was refused", async () => {
    append(9);
    for (const count of [1, 2, 3]) append(count);
    await node.answer(done(9));
    await node.answer(undone, busy, undone);
    expect(answered).toEqual([
      [9, done(9)],
      [2, busy],
    ]);
    await node.pass(50);
    expect(node.asked.at(-1)).toEqual([1, 3]);
    await node.answer(done(1), busy);
    expect(answered.slice(2)).toEqual([
      [1, done(1)],
      [3, busy],
    ]);
  });

  test("that were decided without one before them, which found no leader, are asked for anew with it", async () => {
    append(9);
    for (const count of [1, 2, 3, 4]) append(count);
    await node.answer(done(9));
    await node.answer(refused, undone, refused, busy);
    expect(answered.slice(1)).toEqual([
      [1, refused],
      [4, busy],
    ]);
    await node.pass(50);
    expect(node.asked.at(-1)).toEqual([2, 3]);
    await node.answer(done(2), done(3));
    expect(answered.slice(3)).toEqual([
      [2, done(2)],
      [3, done(3)],
    ]);
  });

  test("are all told when nothing came of their request", async () => {
    append(1);
    append(2);
    append(3);
    await node.fail(busy);
    await node.fail(unknown);
    expect(answered).toEqual([
      [1, busy],
      [2, unknown],
      [3, unknown],
    ]);
  });

  test("are given up where no leader is found in time", async () => {
    append(1);
    await node.fail(undone);
    await node.pass(10_000);
    expect(answered).toEqual([]);
    await node.fail(undone);
    expect(answered).toEqual([[1, undone]]);
    expect(node.asked).toEqual([[1], [1]]);
  });

  test("fail where their node throws, and those that come later are asked for", async () => {
    append(1);
    const failed = expect(queue.append(appendTo("a", { count: 2 }))).rejects.toThrow("the node has stopped");
    await node.answer(done(1));
    await node.throw(new Error("the node has stopped"));
    await failed;
    append(3);
    expect(node.asked).toEqual([[1], [2], [3]]);
  });
});
