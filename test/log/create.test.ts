import { describe, expect, it } from "vitest";
import { createCommand } from "../../src/log/commands.ts";
import { decide } from "../../src/log/decide.ts";
import { FORK_DEPTH_MAX } from "../../src/log/limits.ts";
import { keepAll, plainSettings } from "../../src/log/state.ts";
import type { Command, CreateCommand, Settings } from "../../src/log/types.ts";
import { appendTo, begun, everything, forkOf, run } from "../storage/fixture.ts";
import { memoryStorage } from "../storage/node-database.ts";
import { decideAfter, outcomeAfter, refused } from "./deciding.ts";

const told = (parts: Partial<Settings>): Settings => ({ ...plainSettings, ...parts });
const match = (parts: Partial<CreateCommand> = {}): CreateCommand =>
  createCommand("a", { existing: "match", ...parts });
const exists = refused({ reason: "log-exists" });
const remove = (name: string): Command => ({ kind: "delete", name });

describe("a log that is created", () => {
  it("has its first records and its seal in the entry that creates it", () => {
    const { count, records } = appendTo("a", { count: 2 });
    const command = createCommand("a", { closed: true, batch: { count, records } });
    expect(decideAfter([], command)).toMatchObject({ entry: { kind: "create", batch: { count, records } } });
    expect(outcomeAfter([], command)).toMatchObject({ fresh: true, tail: 2, state: { closed: true } });
  });

  it("that exists already stays as it is", () => {
    const settings = told({ contentType: "text/plain" });
    expect(decideAfter([createCommand("a")], createCommand("a", { settings }))).toMatchObject({
      kind: "answer",
      outcome: { fresh: false, state: { contentType: null } },
    });
  });

  it("that exists already gets the new retention, and nothing else", () => {
    const retention = { ...keepAll, records: 5 };
    const set = createCommand("a", {
      settings: told({ retention, contentType: "text/plain" }),
      existing: "set",
    });
    const decision = decideAfter([createCommand("a")], set);
    expect(decision).toMatchObject({ entry: { kind: "alter", state: { retention, contentType: null } } });
    expect(decideAfter([createCommand("a"), set], set).kind).toBe("answer");
  });

  it.each<[string, Partial<CreateCommand>]>([
    ["media type", { settings: told({ contentType: "text/plain" }) }],
    ["time to live", { settings: told({ ttlSeconds: 9 }) }],
    ["end", { settings: told({ expiresAt: 9_000 }) }],
    ["seal", { closed: true }],
  ])("must have the same %s, if it must match", (_, parts) => {
    expect(decideAfter([match(parts)], match(parts))).toMatchObject({ outcome: { fresh: false } });
    expect(decideAfter([match(parts)], match())).toEqual(exists);
    expect(decideAfter([match()], match(parts))).toEqual(exists);
  });

  it("is a new one if the time of the old one is over, and continues where that ended", () => {
    const settings = told({ ttlSeconds: 1 });
    const before = [createCommand("a", { settings }), appendTo("a", { count: 3 })];
    expect(decideAfter(before, createCommand("a"), 2_050)).toMatchObject({ outcome: { fresh: false } });
    expect(decideAfter(before, createCommand("a"), 2_100)).toMatchObject({ entry: { start: 3 } });
  });
});

describe("a fork", () => {
  const source = [createCommand("a"), appendTo("a", { count: 4 }), appendTo("a", { count: 2 })];

  it("begins at its source's tail, or at the requested record", () => {
    expect(decideAfter(source, forkOf("a", "f"))).toMatchObject({
      entry: {
        start: 6,
        state: { start: 6, earliest: 0, fork: { source: 1, lineage: [{ log: 1, until: 6 }] } },
      },
    });
    expect(decideAfter(source, forkOf("a", "f", 3))).toMatchObject({ entry: { start: 3 } });
  });

  it("of a fork finds each record in the log that holds it", () => {
    const chain = [...source, forkOf("a", "f", 3), appendTo("f", { count: 5 })];
    const lineage = (at: number) => {
      const decision = decideAfter(chain, forkOf("f", "g", at));
      return decision.kind === "propose" && "state" in decision.entry && decision.entry.state.fork?.lineage;
    };
    expect(lineage(2)).toEqual([
      { log: 1, until: 2 },
      { log: 4, until: 2 },
    ]);
    expect(lineage(3)).toEqual([
      { log: 1, until: 3 },
      { log: 4, until: 3 },
    ]);
    expect(lineage(7)).toEqual([
      { log: 1, until: 3 },
      { log: 4, until: 7 },
    ]);
  });

  it("needs a source that exists, a position within it, and its media type", () => {
    expect(decideAfter([], forkOf("a", "f"))).toEqual(refused({ reason: "source-not-found" }));
    expect(decideAfter([...source, remove("a")], forkOf("a", "f"))).toEqual(
      refused({ reason: "source-not-found" }),
    );
    expect(decideAfter(source, forkOf("a", "f", 7))).toMatchObject({
      outcome: { refusal: { reason: "beyond-tail", tail: 6 } },
    });
    const trimmed = [...source, { kind: "trim", name: "a", before: 3 } as const];
    expect(decideAfter(trimmed, forkOf("a", "f", 2))).toMatchObject({
      outcome: { refusal: { reason: "trimmed", earliest: 3, tail: 6 } },
    });
    const other = { ...forkOf("a", "f"), settings: told({ contentType: "text/plain" }) };
    expect(decideAfter(source, other)).toEqual(
      refused({ reason: "content-type-mismatch", contentType: null }),
    );
  });

  it("accepts first records only of its source's media type", () => {
    const typed = [createCommand("a", { settings: told({ contentType: "application/json" }) })];
    const { count, records } = appendTo("f");
    const batch = { count, records };
    expect(decideAfter(typed, { ...forkOf("a", "f"), batch })).toEqual(
      refused({ reason: "content-type-mismatch", contentType: "application/json" }),
    );
    const settings = told({ contentType: "application/json" });
    expect(decideAfter(typed, { ...forkOf("a", "f"), batch, settings }).kind).toBe("propose");
    expect(decideAfter(source, { ...forkOf("a", "f"), batch }).kind).toBe("propose");
  });

  it("takes settings that the request leaves out from its source", () => {
    const settings = told({ contentType: "text/plain", ttlSeconds: 60 });
    const typed = [createCommand("a", { settings })];
    expect(decideAfter(typed, forkOf("a", "f"))).toMatchObject({
      entry: { state: { contentType: "text/plain", ttlSeconds: 60 } },
    });
    const timed = { ...forkOf("a", "f"), settings: told({ expiresAt: 9_000 }) };
    expect(decideAfter(typed, timed)).toMatchObject({
      entry: { state: { contentType: "text/plain", ttlSeconds: null, expiresAt: 9_000 } },
    });
  });

  it("matches if it is requested again, and does not if it is requested at another position", () => {
    const fork = { ...forkOf("a", "f", 3), existing: "match" } as const;
    expect(decideAfter([...source, fork], fork)).toMatchObject({ outcome: { fresh: false } });
    expect(
      decideAfter([...source, fork], { ...fork, ...{ fork: { ...fork.fork, anchor: 2 } } } as Command),
    ).toEqual(exists);
    expect(decideAfter([...source, fork], createCommand("f", { existing: "match" }))).toEqual(exists);
  });

  it("keeps the name of its deleted source in use, and so do forks of a deleted fork", () => {
    const forked = [...source, forkOf("a", "f"), forkOf("f", "g"), remove("a"), remove("f")];
    for (const name of ["a", "f"]) {
      expect(decideAfter(forked, appendTo(name))).toEqual(refused({ reason: "log-gone" }));
      expect(decideAfter(forked, createCommand(name))).toEqual(refused({ reason: "log-gone" }));
      expect(decideAfter(forked, forkOf(name, "h"))).toEqual(refused({ reason: "source-gone" }));
    }
    const free = [...forked, remove("g")];
    expect(decideAfter(free, appendTo("a"))).toEqual(refused({ reason: "log-not-found" }));
    expect(decideAfter(free, createCommand("a"))).toMatchObject({ entry: { kind: "create", start: 6 } });
  });

  it("does not make a later log of its name reuse a sequence number", () => {
    const filled = [...source, createCommand("f"), appendTo("f", { count: 50 }), remove("f")];
    const again = [...filled, forkOf("a", "f", 1), remove("f")];
    expect(decideAfter(again, createCommand("f"))).toMatchObject({ entry: { kind: "create", start: 50 } });
  });

  it("of a source that exists is created, whenever its own name was last written", () => {
    const settings = told({ ttlSeconds: 60 });
    const storage = begun(memoryStorage());
    run(storage, [createCommand("f"), remove("f")], { now: 100_000_000 });
    run(storage, [createCommand("a", { settings })], { now: 1_000 });
    expect(decide(forkOf("a", "f"), storage.view(everything), 2_000).kind).toBe("propose");
  });

  it("does not know its source's producers", () => {
    const producer = { id: "p", epoch: 0, seq: 0 };
    const forked = [createCommand("a"), appendTo("a", { producer }), forkOf("a", "f")];
    expect(decideAfter(forked, appendTo("f", { producer })).kind).toBe("propose");
  });

  it("is refused if the chain of forks is too long", () => {
    const chain: Command[] = [createCommand("f0"), appendTo("f0")];
    for (let i = 1; i <= FORK_DEPTH_MAX; i += 1) chain.push(forkOf(`f${i - 1}`, `f${i}`));
    expect(decideAfter(chain.slice(0, -1), chain.at(-1) ?? remove("f0")).kind).toBe("propose");
    expect(decideAfter(chain, forkOf(`f${FORK_DEPTH_MAX}`, "last"))).toEqual(
      refused({ reason: "fork-too-deep", depthMax: FORK_DEPTH_MAX }),
    );
  });
});
