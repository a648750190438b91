import { describe, expect, test } from "vitest";
import { AppendOrder } from "../../src/api/append-order.ts";
import { settled } from "./session-scene.ts";

/** Appends that are answered when the test says so. */
class Calls {
  readonly sent: number[] = [];
  readonly #answers = new Map<number, PromiseWithResolvers<number>>();

  send(call: number): () => Promise<number> {
    return () => {
      this.sent.push(call);
      const answer = Promise.withResolvers<number>();
      this.#answers.set(call, answer);
      return answer.promise;
    };
  }

  async answer(call: number): Promise<void> {
    this.#answers.get(call)?.resolve(call);
    await settled();
  }

  async fail(call: number): Promise<void> {
    this.#answers.get(call)?.reject(new Error("lost"));
    await settled();
  }
}

describe("appends of one session to one log", () => {
  test("go out at once at a node that leads", () => {
    const [order, calls] = [new AppendOrder(), new Calls()];
    for (const call of [1, 2, 3]) void order.enter("a", true, calls.send(call));
    expect(calls.sent).toEqual([1, 2, 3]);
  });

  test("wait for each other at one that hands them on, and not for those to other logs", async () => {
    const [order, calls] = [new AppendOrder(), new Calls()];
    for (const call of [1, 2, 3]) void order.enter("a", false, calls.send(call));
    void order.enter("b", false, calls.send(4));
    await settled();
    expect(calls.sent).toEqual([1, 4]);
    await calls.answer(1);
    expect(calls.sent).toEqual([1, 4, 2]);
    await calls.answer(2);
    expect(calls.sent).toEqual([1, 4, 2, 3]);
  });

  test("keep their order when the node comes to lead, and when it ceases to", async () => {
    const [order, calls] = [new AppendOrder(), new Calls()];
    void order.enter("a", false, calls.send(1));
    void order.enter("a", false, calls.send(2));
    void order.enter("a", true, calls.send(3));
    await settled();
    expect(calls.sent).toEqual([1]);
    await calls.answer(1);
    expect(calls.sent).toEqual([1, 2]);
    await calls.answer(2);
    expect(calls.sent).toEqual([1, 2, 3]);
    await calls.answer(3);
    for (const call of [4, 5]) void order.enter("a", true, calls.send(call));
    void order.enter("a", false, calls.send(6));
    await settled();
    expect(calls.sent).toEqual([1, 2, 3, 4, 5]);
    await calls.answer(5);
    expect(calls.sent).not.toContain(6);
    await calls.answer(4);
    expect(calls.sent).toContain(6);
  });

  test("go on after one that failed", async () => {
    const [order, calls] = [new AppendOrder(), new Calls()];
    const lost = order.enter("a", false, calls.send(1));
    const next = order.enter("a", false, calls.send(2));
    await settled();
    const failing = expect(lost).rejects.toThrow("lost");
    await calls.fail(1);
    await failing;
    await calls.answer(2);
    expect(await next).toBe(2);
  });
});
