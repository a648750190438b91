import { describe, expect, it } from "vitest";
import { createCommand } from "../../src/log/commands.ts";
import { SUBSCRIPTIONS_LOG } from "../../src/log/reserved.ts";
import type { Command } from "../../src/log/types.ts";
import { Node } from "../../src/node/node.ts";
import { toIndex } from "../../src/raft/types.ts";
import { append, create, Leader, options } from "./leader.ts";

const command = (command: Command) => ({ kind: "command", command }) as const;
const document = (key: string, value: Uint8Array | null) =>
  command({ kind: "document", name: SUBSCRIPTIONS_LOG, key, value, expectedVersion: null });
const subscription = document("s:a", new Uint8Array([1]));

/** A leader of a cluster of one, so that all is committed at once, with the log `a`. */
function leaderOf(...requests: readonly ReturnType<typeof command>[]): Leader {
  const leader = new Leader([1]);
  leader.run(create);
  for (const request of requests) leader.run(request);
  return leader;
}

const watched = () => leaderOf(command(createCommand(SUBSCRIPTIONS_LOG)), subscription);
const toldOf = ({ host }: Leader) => host.told.map(({ names }) => names);

/** When a leader without peers, whose alarm has just rung, looks at its logs again. */
const nextSweep = ({ host }: Leader) => host.now() + 1_000;

/** What was told last was heard, or not. */
function answer({ host }: Leader, isHeard: boolean): void {
  host.told.at(-1)?.heard(isHeard);
}

describe("a cluster without subscriptions", () => {
  it("tells nothing, and does not look for them with each append", () => {
    const leader = leaderOf(
      command(createCommand(SUBSCRIPTIONS_LOG)),
      document("key:a", new Uint8Array([1])),
    );
    leader.run(append());
    let looks = 0;
    const { view } = leader.host.storage;
    leader.host.storage.documents = () => {
      looks += 1;
      return [];
    };
    leader.host.storage.touched = () => {
      looks += 1;
      return [];
    };
    for (let i = 0; i < 5; i += 1) leader.run(append());
    expect(looks).toBe(0);
    expect(view).toBe(leader.host.storage.view);
    expect(toldOf(leader)).toEqual([]);
  });

  it("has none any more once the last is deleted", () => {
    const leader = watched();
    leader.run(document("s:a", null));
    leader.run(append());
    expect(toldOf(leader)).toEqual([]);
  });
});

describe("a leader of a cluster with subscriptions", () => {
  it("tells which logs have changed, each time it is heard", () => {
    const leader = watched();
    leader.run(append());
    expect(toldOf(leader)).toEqual([["a"]]);
    answer(leader, true);
    leader.run(command(createCommand("b")));
    answer(leader, true);
    leader.run(command({ kind: "delete", name: "b" }));
    expect(toldOf(leader)).toEqual([["a"], ["b"], ["b"]]);
  });

  it("tells all that came meanwhile at once, and one thing after the other", () => {
    const leader = watched();
    leader.run(append());
    leader.run(command(createCommand("b")));
    leader.run(append());
    leader.run(command(createCommand("c")));
    expect(toldOf(leader)).toEqual([["a"]]);
    answer(leader, true);
    expect(leader.host.told.at(-1)?.names?.toSorted()).toEqual(["a", "b", "c"]);
    answer(leader, true);
    expect(toldOf(leader)).toHaveLength(2);
  });

  it("tells nothing of what subscriptions write themselves", () => {
    const leader = watched();
    leader.run(document("s:a", new Uint8Array([2])));
    leader.run(command(createCommand("_other")));
    expect(toldOf(leader)).toEqual([]);
  });

  it("tells it again until it is heard, by its alarm", () => {
    const leader = watched();
    leader.run(append());
    const { alarmAt, ...host } = { ...leader.host, now: leader.host.now() };
    answer(leader, false);
    expect(leader.host.alarmAt).toBeLessThanOrEqual(host.now + 1_000);
    expect(alarmAt).not.toBe(null);
    leader.run(append());
    expect(toldOf(leader)).toEqual([["a"]]);
    leader.ring(1_000);
    expect(toldOf(leader)).toEqual([["a"], ["a"]]);
    answer(leader, true);
    leader.ring(1_000);
    expect(toldOf(leader)).toHaveLength(2);
  });

  it("has no alarm but that of its sweeps while it tells, first or again, and once it was heard", () => {
    const leader = watched();
    leader.ring(1_000);
    leader.run(append());
    expect(leader.host.alarmAt).toBe(nextSweep(leader));
    answer(leader, false);
    leader.ring(1_000);
    expect(toldOf(leader)).toHaveLength(2);
    expect(leader.host.alarmAt).toBe(nextSweep(leader));
    answer(leader, true);
    leader.ring(60_000);
    expect([leader.host.alarmAt, toldOf(leader).length]).toEqual([nextSweep(leader), 2]);
  });

  it("has no alarm any more if the news concern no subscription by now", () => {
    const leader = watched();
    leader.run(append());
    answer(leader, false);
    leader.run(document("s:a", null));
    leader.ring(1_000);
    expect([leader.host.alarmAt, toldOf(leader).length]).toEqual([nextSweep(leader), 1]);
  });

  it("says that all may have changed where that is most", () => {
    const leader = watched();
    leader.run(append());
    for (let i = 0; i < 1_001; i += 1) leader.run(command(createCommand(`log-${i}`)));
    answer(leader, true);
    expect(toldOf(leader)).toEqual([["a"], null]);
  });

  it("that is new says that all may have changed: it does not know what its predecessor told", () => {
    const leader = watched();
    leader.run(append());
    leader.host.told.length = 0;
    leader.host.forget();
    const restarted = new Node(leader.host, options);
    for (let i = 0; i < 3 && restarted.status()?.role !== "leader"; i += 1) {
      leader.host.pass(2_000);
      restarted.alarm();
      leader.host.flush();
    }
    expect(restarted.status()?.role).toBe("leader");
    expect(toldOf(leader)).toEqual([null]);
  });
});

describe("a node that does not lead any more", () => {
  it("tells nothing, whatever comes of what it told last", () => {
    const leader = new Leader([1, 2, 3]);
    leader.acknowledge();
    for (const request of [create, command(createCommand(SUBSCRIPTIONS_LOG)), subscription, append()]) {
      leader.run(request);
      leader.acknowledge();
    }
    expect(toldOf(leader).at(-1)).toEqual(["a"]);
    const told = toldOf(leader).length;
    const none = toIndex(0);
    const places = { prevIndex: none, hintIndex: none, hintTerm: 0, commitIndex: none };
    leader.hear({ type: "AppendEntriesRejected", from: 3, to: 1, term: 9, round: 0, ...places });
    expect(leader.node.status()?.role).not.toBe("leader");
    answer(leader, false);
    leader.ring(5_000);
    expect(toldOf(leader)).toHaveLength(told);
  });
});
