import { describe, expect, it } from "vitest";
import { toSeq } from "../../src/log/types.ts";
import type { Request } from "../../src/transport/protocol.ts";
import { appendTo } from "../storage/fixture.ts";
import { create, Leader } from "./leader.ts";
import { Trio } from "./trio.ts";

/** Appends to the log "a", each only where its tail is the number given. */
const appends = (...expected: readonly number[]): Request => ({
  kind: "commands",
  commands: expected.map((seq) => appendTo("a", { expectedSeq: toSeq(seq) })),
});

describe("commands that are asked for together", () => {
  it("are decided one after another, each on what those before it wrote", () => {
    const leader = new Leader([1]);
    leader.run(create);
    expect(leader.run(appends(0, 1, 1, 2))).toMatchObject({
      kind: "outcomes",
      answers: [
        { outcome: { kind: "appended", start: 0 } },
        { outcome: { kind: "appended", start: 1 } },
        { outcome: { kind: "refused", refusal: { tail: 2 } } },
        { outcome: { kind: "appended", start: 2 } },
      ],
    });
  });

  it("go to the leader in one call, and keep their order", () => {
    const trio = new Trio();
    trio.elect(1);
    trio.ask(1, create);
    trio.run();
    let calls = 0;
    const answers = trio.ask(2, appends(0, 1, 2));
    trio.run(({ from, messages }) => {
      if (from === 2 && messages.length === 0) calls += 1;
      return true;
    });
    expect(calls).toBe(1);
    expect(answers).toMatchObject([{ answers: [0, 1, 2].map((start) => ({ outcome: { start } })) }]);
  });

  it("are each told what is known of them when their time is over", () => {
    const leader = new Leader([1, 2, 3]);
    leader.ask(create);
    leader.host.flush();
    leader.acknowledge();
    const answers = leader.ask(appends(0, 9), 500);
    leader.host.flush();
    expect(answers).toEqual([]);
    leader.host.pass(500);
    expect(answers).toMatchObject([
      { kind: "outcomes", answers: [{ reason: "outcome-unknown" }, { reason: "timeout" }] },
    ]);
    expect(leader.node.status()?.load?.requests).toBe(0);
  });

  it("may all have happened where the call to the leader is lost", () => {
    const trio = new Trio();
    trio.elect(1);
    trio.ask(1, create);
    trio.run();
    const answers = trio.ask(2, appends(0, 1));
    trio.run(({ to }) => to !== 2);
    trio.pass(60_000);
    expect(answers).toMatchObject([{ kind: "failure", reason: "outcome-unknown" }]);
  });
});
