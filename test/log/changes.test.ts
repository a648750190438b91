import { describe, expect, it } from "vitest";
import { createCommand } from "../../src/log/commands.ts";
import { plainSettings } from "../../src/log/state.ts";
import { type Command, type ProducerTuple, toSeq } from "../../src/log/types.ts";
import { appendTo } from "../storage/fixture.ts";
import { decideAfter, outcomeAfter, refused } from "./deciding.ts";

const create = createCommand("a");
const three = [create, appendTo("a", { count: 3 })];
const tuple = (seq: number, epoch = 0): ProducerTuple => ({ id: "p", epoch, seq });
const close = (producer: ProducerTuple | null = null): Command => ({ kind: "close", name: "a", producer });
const closed = refused({ reason: "log-closed", tail: toSeq(3) });
const fence = (token: string | null, ...expected: (string | null)[]): Command => {
  const [only] = expected;
  return { kind: "fence", name: "a", token, ...(only === undefined ? {} : { expected: only }) };
};

describe("trim", () => {
  const trim = (before: number): Command => ({ kind: "trim", name: "a", before });

  it("moves the earliest record up to the tail, and never back", () => {
    expect(outcomeAfter(three, trim(2))).toMatchObject({ kind: "altered", tail: 3, state: { earliest: 2 } });
    expect(outcomeAfter(three, trim(3))).toMatchObject({ state: { earliest: 3 } });
    expect(decideAfter([...three, trim(2)], trim(1))).toMatchObject({
      kind: "answer",
      outcome: { state: { earliest: 2 } },
    });
    expect(decideAfter(three, trim(4))).toEqual(refused({ reason: "beyond-tail", tail: toSeq(3) }));
  });

  it("counts the bytes of batches that are wholly trimmed", () => {
    const trimmed = (before: number) => {
      const outcome = outcomeAfter([...three, appendTo("a", { count: 2 })], trim(before));
      return outcome.kind === "altered" && outcome.state.trimmedBytes;
    };
    const [first, second] = [three[1], appendTo("a", { count: 2 })].map(
      (command) => command !== undefined && "records" in command && command.records.length,
    );
    expect([trimmed(2), trimmed(3), trimmed(4), trimmed(5)]).toEqual([
      0,
      first,
      first,
      Number(first) + Number(second),
    ]);
  });

  it("does not change the positions that a producer's retry gets, while its batch is there", () => {
    const produced = [create, appendTo("a", { producer: tuple(0) }), trim(1)];
    expect(decideAfter(produced, appendTo("a", { producer: tuple(0) }))).toMatchObject({
      kind: "answer",
      outcome: { start: 0, end: 1, duplicate: true },
    });
  });
});

describe("close", () => {
  it("seals a log for ever", () => {
    expect(outcomeAfter(three, close())).toMatchObject({ kind: "altered", state: { closed: true } });
    expect(decideAfter([...three, close()], appendTo("a"))).toEqual(closed);
    expect(decideAfter([...three, close()], close()).kind).toBe("answer");
  });

  it("may come with the last batch, also that of a producer", () => {
    const last = appendTo("a", { closes: true, producer: tuple(0) });
    expect(outcomeAfter(three, last)).toMatchObject({ kind: "appended", start: 3, closed: true });
    expect(decideAfter([...three, last], last)).toMatchObject({
      kind: "answer",
      outcome: { start: 3, duplicate: true, closed: true },
    });
    expect(decideAfter([...three, last], close(tuple(0)))).toMatchObject({
      kind: "answer",
      outcome: { kind: "altered", duplicate: true },
    });
    const next = { reason: "log-closed", tail: toSeq(4) } as const;
    expect(decideAfter([...three, last], close(tuple(1)))).toEqual(refused(next));
    expect(decideAfter([...three, last], appendTo("a", { producer: tuple(1) }))).toEqual(refused(next));
    for (const producer of [tuple(2), tuple(1, 1)]) {
      expect(decideAfter([...three, last], close(producer))).toEqual(refused(next));
      expect(decideAfter([...three, last], appendTo("a", { producer }))).toEqual(refused(next));
    }
  });

  it("by a producer counts as its batch", () => {
    const sealed = [...three, close(tuple(0, 4))];
    expect(decideAfter(sealed, close(tuple(0, 4)))).toMatchObject({
      kind: "answer",
      outcome: { duplicate: true },
    });
    expect(decideAfter(sealed, close(tuple(0, 3)))).toEqual(
      refused({ reason: "stale-producer-epoch", epoch: 4 }),
    );
    expect(decideAfter(sealed, appendTo("a", { producer: tuple(0, 3) }))).toEqual(
      refused({ reason: "stale-producer-epoch", epoch: 4 }),
    );
    expect(decideAfter(three, close(tuple(1)))).toMatchObject({
      outcome: { refusal: { reason: "producer-sequence-gap", expectedSeq: 0 } },
    });
  });

  it("with the tuple of an earlier append seals nothing", () => {
    const outcome = outcomeAfter([create, appendTo("a", { producer: tuple(0) })], close(tuple(0)));
    expect(outcome).toMatchObject({ duplicate: true, state: { closed: false } });
  });
});

describe("fence", () => {
  it("admits appends with the token, and appends without one", () => {
    const fenced = [...three, fence("x")];
    expect(decideAfter(fenced, appendTo("a", { fencingToken: "x" })).kind).toBe("propose");
    expect(decideAfter(fenced, appendTo("a")).kind).toBe("propose");
    const refusal = refused({ reason: "fenced", fencingToken: "x", tail: toSeq(3) });
    expect(decideAfter(fenced, appendTo("a", { fencingToken: "y" }))).toEqual(refusal);
    expect(decideAfter(three, appendTo("a", { fencingToken: "y" }))).toMatchObject({
      outcome: { refusal: { fencingToken: null } },
    });
  });

  it("is set only if the token is the expected one; no token can be expected too", () => {
    expect(decideAfter(three, fence("x", null)).kind).toBe("propose");
    expect(decideAfter([...three, fence("x")], fence("y", null))).toMatchObject({
      outcome: { refusal: { reason: "fenced", fencingToken: "x" } },
    });
    expect(decideAfter([...three, fence("x")], fence(null, "x"))).toMatchObject({
      entry: { state: { fencingToken: null } },
    });
    expect(decideAfter([...three, fence("x")], fence("x")).kind).toBe("answer");
  });
});

describe("a media type", () => {
  const typed = (contentType: string) => [
    createCommand("a", { settings: { ...plainSettings, contentType } }),
  ];
  const kindOf = (log: string, contentType: string | null) =>
    decideAfter(typed(log), appendTo("a", { contentType })).kind;

  it("of an append is the log's or missing; for JSON it may not be missing", () => {
    expect(kindOf("text/plain", "text/plain")).toBe("propose");
    expect(kindOf("text/plain", null)).toBe("propose");
    expect(kindOf("text/plain", "text/html")).toBe("answer");
    expect(kindOf("application/json", "application/json")).toBe("propose");
    expect(decideAfter(typed("application/json"), appendTo("a"))).toEqual(
      refused({ reason: "content-type-mismatch", contentType: "application/json" }),
    );
    expect(decideAfter([create], appendTo("a", { contentType: "text/html" })).kind).toBe("propose");
  });
});

describe("a writer's sequence", () => {
  it("must grow, compared byte by byte", () => {
    const following = (before: string, writerSeq: string) =>
      decideAfter([create, appendTo("a", { writerSeq: before })], appendTo("a", { writerSeq })).kind;
    expect([following("09", "10"), following("a", "aa"), following("z", "é"), following("B", "a")]).toEqual(
      Array.from({ length: 4 }, () => "propose"),
    );
    expect([
      following("2", "10"),
      following("a", "a"),
      following("a", "B"),
      following("\u{ffff}", "\u{fffe}"),
    ]).toEqual(Array.from({ length: 4 }, () => "answer"));
    expect(decideAfter([create, appendTo("a", { writerSeq: "5" })], appendTo("a")).kind).toBe("propose");
  });
});

describe("time", () => {
  const settings = { ...plainSettings, ttlSeconds: 10 };
  const timed = [createCommand("a", { settings })];
  const renew = (touch: boolean): Command => ({ kind: "renew", name: "a", touch });
  const notFound = { kind: "refused", refusal: { reason: "log-not-found" } };

  it("is over a little after the time to live, and then no command finds the log", () => {
    expect(decideAfter(timed, appendTo("a"), 11_999).kind).toBe("propose");
    for (const command of [appendTo("a"), close(), fence("x"), { kind: "delete", name: "a" } as const])
      expect(decideAfter(timed, command, 12_000)).toEqual(refused({ reason: "log-not-found" }));
  });

  it("begins again with each write, and with each read that comes a while after", () => {
    expect(decideAfter(timed, renew(true), 2_000).kind).toBe("answer");
    expect(decideAfter(timed, renew(true), 2_001)).toMatchObject({
      entry: { kind: "alter", timestamp: 2_001 },
    });
    expect(decideAfter(timed, renew(false), 2_001).kind).toBe("answer");
    expect(decideAfter([create], renew(true), 99_000).kind).toBe("answer");
  });

  it("that is over makes the leader delete the log for all nodes, by its own clock", () => {
    expect(decideAfter(timed, renew(false), 12_000)).toMatchObject({
      kind: "propose",
      entry: { kind: "delete", timestamp: 12_000 },
    });
    expect(outcomeAfter(timed, renew(true), 12_000)).toEqual(notFound);
  });

  it("has a fixed end that no renewal moves", () => {
    const ending = [createCommand("a", { settings: { ...plainSettings, expiresAt: 5_000 } })];
    expect(decideAfter(ending, appendTo("a"), 4_999).kind).toBe("propose");
    expect(decideAfter([...ending, appendTo("a")], appendTo("a"), 5_000)).toEqual(
      refused({ reason: "log-not-found" }),
    );
  });
});
