import { beforeEach, describe, expect, test } from "vitest";
import { everything } from "../../src/http/auth.ts";
import { createCommand } from "../../src/log/commands.ts";
import { plainSettings } from "../../src/log/state.ts";
import { toSeq } from "../../src/log/types.ts";
import { toIndex } from "../../src/raft/types.ts";
import { closeCodes, sessionLimits, TAIL_CREDIT } from "../../src/sessions/protocol.ts";
import type { Session } from "../../src/sessions/session.ts";
import type { SessionState } from "../../src/sessions/state.ts";
import type { Answer } from "../../src/transport/protocol.ts";
import { problem } from "../api/harness.ts";
import { appendTo } from "../storage/fixture.ts";
import { type FakeWire, Place, settled } from "./scene.ts";

let place: Place;
let session: Session;
let wire: FakeWire;
beforeEach(() => {
  open();
});

function open(parts: Partial<SessionState> = {}): void {
  place = new Place();
  ({ session, wire } = place.open(parts));
}

/** Says something, and waits for what comes of it. */
async function say(...messages: readonly unknown[]): Promise<void> {
  for (const message of messages) place.guard(() => session.message(JSON.stringify(message)));
  await settled();
  place.pass();
}

const append = (id: number, more: Record<string, unknown> = {}) => ({
  kind: "append",
  id,
  log: "a",
  records: [{ data: `record ${id}` }],
  ...more,
});
const tail = (number: number, more: Record<string, unknown> = {}) => ({
  kind: "tail",
  tail: number,
  log: "a",
  from: "earliest",
  ...more,
});

const kinds = (): readonly string[] => wire.said.map(({ kind }) => kind);
const problems = () => wire.said.filter(({ kind }) => kind === "error").map(({ problem }) => problem.type);
const seqs = (number: number): readonly number[] =>
  wire.said
    .filter(({ kind, tail }) => kind === "records" && tail === number)
    .flatMap(({ records }) => records.map(({ seq }: { seq: number }) => seq));

test("a session begins with its limits", () => {
  expect(wire.said).toEqual([
    {
      kind: "welcome",
      requests_max: 64,
      characters_max: 8_388_608,
      message_characters_max: 2_097_152,
      tails_max: 32,
      credit_max: 1_048_576,
    },
  ]);
});

describe("an append", () => {
  test("is acknowledged with its positions", async () => {
    await say(append(7, { records: [{ data: "x" }, { json: { y: 1 } }] }), append(8));
    const { index, term, timestamp } = wire.said[1];
    expect(wire.said.slice(1)).toEqual([
      {
        kind: "appended",
        id: 7,
        start: 0,
        end: 2,
        tail: 2,
        duplicate: false,
        closed: false,
        index,
        term,
        timestamp,
      },
      { ...wire.said[2], kind: "appended", id: 8, start: 2, end: 3 },
    ]);
  });

  test("by a producer is stored once", async () => {
    const producer = { id: "p", epoch: 0, seq: 0 };
    await say(append(0, { producer }), append(1, { producer }));
    expect(wire.said.slice(1)).toMatchObject([
      { start: 0, duplicate: false },
      { start: 0, duplicate: true },
    ]);
  });

  test("on a condition that does not hold is refused with the problem that HTTP has", async () => {
    await say(
      append(0, { expected_seq: 5 }),
      append(1, { fencing_token: "x" }),
      append(2, { log: "b" }),
      append(3, { close: true }),
      append(4),
    );
    expect(problems()).toEqual([
      "/problems/sequence-mismatch",
      "/problems/fenced",
      "/problems/log-not-found",
      "/problems/log-closed",
    ]);
    expect(wire.said[1]).toMatchObject({ id: 0, problem: { status: 412, tail: 0, expected_seq: 5 } });
  });

  test("that is not well-formed is refused in its turn, and nothing is written", async () => {
    await say(
      append(0),
      append(1, { records: [] }),
      append(2, { records: [{ base64: "?" }] }),
      append(3, { records: [{ data: "x".repeat(1_048_577) }] }),
      append(4, { log: "/" }),
      append(5),
    );
    expect(wire.said.slice(1).map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(problems()).toEqual([
      "/problems/invalid-body",
      "/problems/invalid-body",
      "/problems/record-too-large",
      "/problems/invalid-body",
    ]);
    expect(wire.said.at(-1)).toMatchObject({ kind: "appended", start: 1 });
  });

  test("says what is known of it where it fails", async () => {
    const reasons = ["outcome-unknown", "too-many-requests", "busy"] as const;
    for (const [id, reason] of reasons.entries()) {
      place.instead = async () => ({ kind: "failure", reason, leader: null });
      await say(append(id));
    }
    expect(problems()).toEqual([
      "/problems/outcome-unknown",
      "/problems/too-many-requests",
      "/problems/busy",
    ]);
  });

  describe("at a node that does not know its leader yet", () => {
    const unknown: Answer = { kind: "failure", reason: "not-leader", leader: null };

    test("is tried again until it does, in its order", async () => {
      place.instead = () => (place.asked.length < 4 ? Promise.resolve(unknown) : null);
      await say(append(0), append(1));
      for (let round = 0; round < 4; round += 1) {
        await settled();
        place.pass();
      }
      expect(wire.said.slice(1)).toMatchObject([
        { kind: "appended", id: 0, start: 0 },
        { kind: "appended", id: 1, start: 1 },
      ]);
      expect(place.asked).toHaveLength(5);
    });

    test("is given up in the end", async () => {
      place.instead = async () => unknown;
      await say(append(0));
      for (let round = 0; round < 10; round += 1) {
        await settled();
        place.pass();
      }
      await settled();
      expect(problems()).toEqual(["/problems/no-leader"]);
    });
  });
});

describe("answers", () => {
  test("come in the order of the requests, whichever is ready first", async () => {
    const slow = Promise.withResolvers<Answer>();
    place.instead = (request) =>
      request.kind === "commands" && request.commands[0]?.name === "slow" ? slow.promise : null;
    await say(append(0, { log: "slow" }), append(1), tail(9), { kind: "untail", tail: 9 });
    expect(kinds()).toEqual(["welcome"]);
    slow.resolve({ kind: "failure", reason: "outcome-unknown", leader: null });
    await settled();
    expect(wire.said.slice(1).filter(({ kind }) => kind !== "records")).toMatchObject([
      { kind: "error", id: 0 },
      { kind: "appended", id: 1 },
      { kind: "tailing", tail: 9 },
      { kind: "untailed", tail: 9 },
    ]);
  });

  test("do not come when the connection is lost", async () => {
    place.guard(() => session.message(JSON.stringify(append(0))));
    session.gone();
    await settled();
    expect(kinds()).toEqual(["welcome"]);
  });
});

describe("a tail", () => {
  test("gives what is there and then what comes, after it was confirmed", async () => {
    place.run(appendTo("a", { count: 2 }));
    await say(tail(1, { credit: 500 }));
    place.run(appendTo("a"));
    place.pass();
    expect(wire.said.slice(1, 3)).toMatchObject([
      { kind: "tailing", tail: 1, next: 0, credit: 500 },
      { kind: "records", tail: 1, next: 2, log_tail: 2 },
    ]);
    expect(seqs(1)).toEqual([0, 1, 2]);
    const credit = 500 - wire.said[2].bytes - wire.said[3].bytes;
    expect(wire.saved?.tails).toMatchObject([{ id: 1, next: 3, credit }]);
  });

  test("begins where it is told to", async () => {
    place.run(appendTo("a", { count: 5 }));
    await say(tail(0), tail(1, { from: 2 }), tail(2, { from: "tail" }), tail(3, { from: { last: 2 } }));
    await say({ kind: "tail", tail: 4, log: "a" }, tail(5, { from: { time: 0 } }));
    const nexts = wire.said
      .filter(({ kind }) => kind === "tailing")
      .map(({ next, credit }) => [next, credit]);
    expect(nexts).toEqual([0, 2, 5, 3, 5, 0].map((next) => [next, TAIL_CREDIT]));
  });

  test("of many logs is told from the others by its number", async () => {
    place.run(createCommand("b"));
    await say(tail(1), tail(2, { log: "b" }), tail(3, { log: "b" }));
    place.run(appendTo("b"));
    place.run(appendTo("a"));
    place.pass();
    expect([seqs(1), seqs(2), seqs(3)]).toEqual([[0], [0], [0]]);
  });

  test("can't begin where a read can't, and then there is none", async () => {
    place.run(appendTo("a", { count: 3 }));
    place.run({ kind: "trim", name: "a", before: 2 });
    for (const where of [{ log: "b" }, { from: 4 }, { from: 0 }, { from: -1 }]) await say(tail(1, where));
    expect(problems()).toEqual([
      "/problems/log-not-found",
      "/problems/beyond-tail",
      "/problems/trimmed",
      "/problems/invalid-body",
    ]);
    await say(tail(1));
    expect(wire.said.at(-2)).toMatchObject({ kind: "tailing", next: 2 });
  });

  test("of a log whose time is over finds none", async () => {
    const settings = { ...plainSettings, ttlSeconds: 10 };
    place.run(createCommand("t", { settings }));
    await say(tail(1, { log: "t" }));
    place.pass(60_000);
    await say(tail(2, { log: "t" }));
    expect(problems()).toEqual(["/problems/log-not-found"]);
  });

  test("has a number of its own, and there are so many at most", async () => {
    await say(tail(1), tail(1));
    await say(tail(1));
    const { json } = problem(409, "tail-refused");
    expect(wire.said.filter(({ kind }) => kind === "error")).toMatchObject([
      { problem: json },
      { problem: json },
    ]);
    await say(...Array.from({ length: sessionLimits.tails }, (_, at) => tail(at + 2)));
    expect(problems()).toHaveLength(3);
    await say({ kind: "untail", tail: 1 }, tail(1));
    expect(problems()).toHaveLength(4);
    await say({ kind: "untail", tail: 2 });
    await say(tail(1));
    expect(wire.said.at(-1)).toMatchObject({ kind: "tailing", tail: 1 });
  });

  test("that was given up gives nothing more", async () => {
    await say(tail(1), { kind: "untail", tail: 1 }, { kind: "untail", tail: 5 });
    place.run(appendTo("a"));
    place.pass();
    expect(kinds().slice(1)).toEqual(["tailing", "untailed", "untailed"]);
    expect(wire.saved?.tails).toEqual([]);
  });

  test("without credit waits for some", async () => {
    place.run(appendTo("a"));
    await say(tail(1, { credit: 0 }));
    expect(seqs(1)).toEqual([]);
    await say({ kind: "credit", tail: 1, bytes: 1 });
    expect(seqs(1)).toEqual([0]);
  });

  test("has the credit, too, that came before it had begun", async () => {
    place.run(appendTo("a"));
    await say(tail(1, { credit: 0 }), { kind: "credit", tail: 1, bytes: 100 });
    expect(wire.said[1]).toMatchObject({ kind: "tailing", tail: 1, credit: 100 });
    expect(seqs(1)).toEqual([0]);
    await say(tail(2, { credit: sessionLimits.credit }), { kind: "credit", tail: 2, bytes: 1 });
    expect(wire.closed?.code).toBe(1008);
  });

  test("that ends leaves the session and the other tails as they are", async () => {
    place.run(createCommand("b"));
    await say(tail(1), tail(2, { log: "b" }), tail(3, { credit: 1 }));
    place.run(appendTo("a"));
    place.pass();
    place.run({ kind: "close", name: "a", producer: null });
    place.pass(6_000);
    place.run({ kind: "delete", name: "b" });
    expect(wire.said.slice(-2)).toEqual([
      { kind: "closed", tail: 1, next: 1 },
      { kind: "deleted", tail: 2, next: 0 },
    ]);
    expect([wire.closed, wire.saved?.tails.map(({ id }) => id)]).toEqual([null, [3]]);
  });
});

describe("a token", () => {
  const of = (actions: ("read" | "append")[], prefix: string) => ({ ...everything, actions, prefix });

  test("is looked at for each message", async () => {
    open({ grant: of(["append"], "a") });
    await say(append(0), append(1, { log: "b" }), tail(2));
    expect(kinds().slice(1)).toEqual(["appended", "error", "error"]);
    open({ grant: of(["read"], "") });
    await say(append(0), tail(2));
    expect(kinds().slice(1)).toEqual(["error", "tailing"]);
    expect(problems()).toEqual(["/problems/forbidden"]);
  });

  test("for another cluster allows nothing here", async () => {
    open({ grant: { ...everything, cluster: "other" } });
    await say(append(0));
    expect(problems()).toEqual(["/problems/forbidden"]);
  });

  test("that expires ends the session, with what its client says next or is to get next", async () => {
    const expired = { code: closeCodes.policy, reason: "the token has expired" };
    open();
    const grant = { ...everything, expiresAt: place.now() + 60_000 };
    const [asks, follows] = [place.open({ grant }), place.open({ grant })];
    ({ session, wire } = follows);
    await say(tail(1));
    const only = {
      grant: { ...grant, actions: [] },
      tails: (wire.saved?.tails ?? []).map((saved) => ({ ...saved, id: 0 })),
    };
    const [tails, events] = [place.open({ face: "tail", ...only }), place.open({ face: "events", ...only })];
    place.pass(60_000);
    asks.session.message(JSON.stringify(append(0)));
    place.run(appendTo("a"));
    const wires = [asks, follows, tails, events].map((opened) => opened.wire);
    expect(wires.map(({ closed }) => closed)).toEqual(Array(4).fill(expired));
    expect(events.wire.said).toEqual([]);
    expect(tails.wire.said.map(({ kind }) => kind)).toEqual(["tailing"]);
    expect(seqs(1)).toEqual([]);
  });
});

test("sessions have no more under way together than their node may have, and are told so", async () => {
  const waiting: ((answer: Answer) => void)[] = [];
  place.instead = () => new Promise((resolve) => waiting.push(resolve));
  const large = (at: number): string =>
    JSON.stringify(append(0, { log: `log-${at}`, records: [{ data: "x".repeat(1_000_000) }] }));
  const many = Array.from({ length: 5 }, () => place.open());
  for (const { session } of many)
    for (let at = 0; at < 8; at += 1) place.guard(() => session.message(large(at)));
  await settled();
  expect(waiting).toHaveLength(16);
  for (const answer of waiting.splice(0)) answer({ kind: "failure", reason: "busy", leader: null });
  await settled();
  const last = many[4];
  expect(last?.wire.said.slice(1)).toMatchObject(Array(8).fill({ problem: { status: 503 } }));
  expect(last?.wire.closed).toBeNull();
  last?.session.message(large(0));
  await settled();
  expect(waiting).toHaveLength(1);
});

describe("a session is ended", () => {
  const ended = async (...messages: (string | ArrayBuffer)[]) => {
    for (const message of messages) place.guard(() => session.message(message));
    await settled();
    return wire.closed?.code;
  };

  test("by what is not of the protocol", async () => {
    for (const message of [
      "?",
      "[]",
      '{"kind":"other"}',
      '{"kind":"append"}',
      '{"kind":"credit","tail":1,"bytes":0}',
    ]) {
      open();
      expect(await ended(message)).toBe(1007);
    }
    open();
    expect(await ended(new ArrayBuffer(1))).toBe(1003);
  });

  test("by a message that is too long", async () => {
    expect(await ended(" ".repeat(sessionLimits.messageCharacters + 1))).toBe(1009);
  });

  test("by more requests under way than it may have", async () => {
    place.instead = () => new Promise(() => {});
    const request = (_: unknown, id: number): string => JSON.stringify(append(id, { log: `log-${id}` }));
    expect(await ended(...Array.from({ length: sessionLimits.requests }, request))).toBeUndefined();
    expect(await ended(request(null, sessionLimits.requests))).toBe(1008);
    expect(place.asked).toHaveLength(sessionLimits.requests);
  });

  test("by more characters under way than it may have", async () => {
    place.instead = () => new Promise(() => {});
    const data = "x".repeat(1_000_000);
    const large = JSON.stringify(append(0, { records: [{ data }] }));
    expect(await ended(...Array.from({ length: 8 }, () => large))).toBeUndefined();
    expect(await ended(large)).toBe(1008);
  });

  test("by more credit than a tail may have", async () => {
    await say(tail(1));
    const more = sessionLimits.credit - TAIL_CREDIT;
    await say({ kind: "credit", tail: 1, bytes: more }, { kind: "credit", tail: 2, bytes: more });
    expect(wire.closed).toBeNull();
    await say({ kind: "credit", tail: 1, bytes: 1 });
    expect(wire.closed?.code).toBe(1008);
  });
});

test("a ping that the platform does not answer is answered", async () => {
  await say({ kind: "ping" });
  expect(wire.said.at(-1)).toEqual({ kind: "pong" });
});

test("a session goes on from what was saved beside its socket", async () => {
  place.run(appendTo("a"));
  await say(tail(1), tail(2, { from: "tail" }));
  if (wire.saved === null) throw new Error("nothing was saved");
  session.gone();
  const again = place.open(wire.saved);
  place.run(appendTo("a"));
  place.pass();
  const got = again.wire.said.filter(({ kind }) => kind === "records").map(({ tail, next }) => [tail, next]);
  expect(got).toEqual([
    [1, 2],
    [2, 2],
  ]);
});

describe("a socket that is one tail", () => {
  const position = { name: "a", log: toIndex(2), next: toSeq(0), minIndex: toIndex(2), stalledAt: null };
  const only = (credit = 1_000) => [{ id: 0, ...position, credit }];
  const grant = { ...everything, actions: [], prefix: "a" };

  test("is confirmed, delivers, and takes credit", async () => {
    open({ face: "tail", grant, tails: only(1) });
    place.run(appendTo("a"));
    place.run(appendTo("a"));
    place.pass();
    expect(wire.said).toMatchObject([
      { kind: "tailing", tail: 0, next: 0, credit: 1 },
      { kind: "records", tail: 0, next: 1 },
    ]);
    await say({ kind: "credit", tail: 0, bytes: 100 });
    expect(seqs(0)).toEqual([0, 1]);
  });

  test("does nothing else", async () => {
    open({ face: "tail", grant, tails: only() });
    await say(append(0), tail(1));
    expect(problems()).toEqual(["/problems/forbidden", "/problems/forbidden"]);
  });

  test("is closed where the tail ends, with a code that says why", async () => {
    const ends: [string, () => void][] = [
      ["closed", () => place.run({ kind: "close", name: "a", producer: null })],
      ["deleted", () => place.run({ kind: "delete", name: "a" })],
    ];
    for (const [kind, happens] of ends) {
      open({ face: "tail", grant, tails: only() });
      happens();
      expect(wire.said.at(-1)).toEqual({ kind, tail: 0, next: 0 });
      expect(wire.closed).toEqual({ code: kind === "closed" ? 1000 : 4002, reason: kind });
    }
  });

  test("says where to go on where it was slow", async () => {
    open({ face: "tail", grant, tails: only(1) });
    for (const _ of [1, 2, 3]) {
      place.run(appendTo("a"));
      place.pass(6_000);
    }
    expect(wire.said.at(-1)).toEqual({ kind: "dropped", tail: 0, resume: 1 });
    expect(wire.closed).toEqual({ code: 4000, reason: "dropped" });
    open({ face: "tail", grant, tails: only(0) });
    place.run(appendTo("a", { count: 3 }));
    place.run({ kind: "trim", name: "a", before: 2 });
    await say({ kind: "credit", tail: 0, bytes: 1 });
    expect(wire.said.at(-1)).toEqual({ kind: "trimmed", tail: 0, next: 0, earliest: 2 });
    expect(wire.closed).toEqual({ code: 4001, reason: "trimmed" });
  });

  test("for events says it so", async () => {
    open({ face: "events", grant, tails: only(1) });
    place.run(appendTo("a", { count: 2 }));
    place.run({ kind: "close", name: "a", producer: null });
    place.pass();
    const timestamp = place.leader.host.now() - 1_000;
    const event = (seq: number) =>
      `id: ${seq + 1}\nevent: record\ndata: {"seq":${seq},"timestamp":${timestamp},"headers":{},"base64":"AAAAAA=="}\n\n`;
    expect(wire.said).toEqual([event(0) + event(1)]);
    expect(wire.saved?.tails[0]?.credit).toBe(1 - (event(0) + event(1)).length);
    await say({ kind: "credit", tail: 0, bytes: 1_000 });
    expect(wire.said.slice(1)).toEqual(['id: 2\nevent: closed\ndata: {"next":2}\n\n']);
    expect(wire.closed?.code).toBe(1000);
  });
});
