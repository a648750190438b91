import { expect, it } from "vitest";
import { createCommand } from "../../src/log/commands.ts";
import { keepAll, plainSettings } from "../../src/log/state.ts";
import { type Settings, toSeq } from "../../src/log/types.ts";
import type { Life } from "../../src/log/view.ts";
import { toIndex } from "../../src/raft/types.ts";
import type { Request } from "../../src/transport/protocol.ts";
import { appendTo } from "../storage/fixture.ts";
import { Leader } from "./leader.ts";

const told = (name: string, parts: Partial<Settings>): Request => ({
  kind: "command",
  command: createCommand(name, { settings: { ...plainSettings, ...parts } }),
});
const keeping = (records: number) => ({ retention: { ...keepAll, records } });
const append = (name: string): Request => ({ kind: "command", command: appendTo(name, { count: 4 }) });

const lifeOf = ({ host }: Leader, name: string): Life | null =>
  host.storage.view(toIndex(1_000_000)).life(name);

it("a leader trims what retention does not keep, with its next alarms", () => {
  const leader = new Leader([1]);
  leader.ask(told("a", keeping(3)));
  leader.ask(append("a"));
  expect(lifeOf(leader, "a")?.state.earliest).toBe(0);
  leader.ring(1_000);
  expect(lifeOf(leader, "a")?.state.earliest).toBe(1);
});

it("a leader deletes a log when its time is over, and it is asked for nothing", () => {
  const leader = new Leader([1]);
  leader.ask(told("a", { ttlSeconds: 2 }));
  leader.ring(1_000);
  leader.ring(1_000);
  expect(lifeOf(leader, "a")).toMatchObject({ deleted: false });
  leader.ring(1_000);
  expect(lifeOf(leader, "a")).toMatchObject({ deleted: true, state: { start: toSeq(0) } });
});

it("a leader without peers, whom no heartbeat wakes, has an alarm for it", () => {
  const leader = new Leader([1]);
  leader.ring(1_000);
  expect(leader.host.alarmAt).toBe(leader.host.now() + 1_000);
  leader.ask(told("a", { ttlSeconds: 1 }));
  leader.host.flush();
  leader.ring(1_100);
  expect(lifeOf(leader, "a")).toMatchObject({ deleted: true });
  expect(leader.host.alarmAt).toBe(leader.host.now() + 1_000);
});

it("every log has its turn, however many there are", () => {
  const leader = new Leader([1]);
  for (let i = 0; i < 130; i += 1) {
    leader.run(told(`log-${i}`, keeping(1)));
    leader.run(append(`log-${i}`));
  }
  const trimmed = () =>
    Array.from({ length: 130 }, (_, i) => lifeOf(leader, `log-${i}`)?.state.earliest).filter((it) => it === 3)
      .length;
  const counts = [0, 1, 2, 3].map(() => {
    leader.ring(1_000);
    leader.host.flush();
    return trimmed();
  });
  expect(counts[0]).toBeLessThanOrEqual(100);
  expect(counts.at(-1)).toBe(130);
});

it("a quiet log has its turn beside more busy ones than one look takes", () => {
  const leader = new Leader([1]);
  const busy = Array.from({ length: 110 }, (_, i) => `busy-${i}`);
  leader.run(told("quiet", { ttlSeconds: 5 }));
  for (const name of busy) leader.run(told(name, keeping(1)));
  for (let seconds = 0; seconds < 12; seconds += 1) {
    for (const name of busy) leader.run(append(name));
    leader.ring(1_000);
    leader.host.flush();
  }
  expect(lifeOf(leader, "quiet")).toMatchObject({ deleted: true });
});

it("a node that does not lead writes nothing", () => {
  const leader = new Leader([1, 2, 3]);
  leader.ask(told("a", { ttlSeconds: 1 }));
  const before = leader.host.database.written;
  // No answer comes from the others: it steps down before the time is over.
  leader.ring(1_100);
  leader.ring(1_100);
  expect(leader.node.status()?.role).not.toBe("leader");
  expect(lifeOf(leader, "a")).toMatchObject({ deleted: false });
  expect(leader.host.database.written).toBeGreaterThanOrEqual(before);
});
