import fc from "fast-check";
import { expect, it } from "vitest";
import { createCommand } from "../../src/log/commands.ts";
import { keepAll, plainSettings } from "../../src/log/state.ts";
import { type Command, toSeq } from "../../src/log/types.ts";
import { FanOut } from "../../src/node/fan-out.ts";
import { type NodeId, toIndex } from "../../src/raft/types.ts";
import type { Page } from "../../src/transport/protocol.ts";
import { appendTo, forkOf } from "../storage/fixture.ts";
import { FakeHost } from "./fake-host.ts";
import { Listener, recordsIn, upTo } from "./follower.ts";
import { options } from "./leader.ts";
import { Trio } from "./trio.ts";

/** A node that lags behind soon gets a snapshot, and dead rows are removed bit by bit. */
const compacting = { ...options, requestsMax: 1_000, readersMax: 1_000, tailEntries: 3, deadRowsMax: 5 };
const tailOptions = {
  pageRecords: 3,
  pageBytes: 100,
  roundBytes: 60,
  sendsPerSecond: 100,
  stallMs: 1_000_000_000,
};
/** The node that they follow. */
const here = 2;
const everyNode: readonly NodeId[] = [1, 2, 3];
const names = ["a", "b", "c"];

const id = fc.constantFrom(...everyNode);
const name = fc.constantFrom(...names);

const settings = fc.record({ ttlSeconds: fc.constantFrom(null, 5), records: fc.constantFrom(null, 4) });

/** What may be asked of a log; the byte of its records comes later. */
const anyCommand = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.tuple(name, fc.integer({ min: 1, max: 4 })).map(([log, count]) => appending(log, count)),
  },
  { weight: 2, arbitrary: fc.tuple(name, fc.nat(15)).map(([log, before]) => trimming(log, before)) },
  { weight: 1, arbitrary: name.map((log): Command => ({ kind: "delete", name: log })) },
  { weight: 1, arbitrary: name.map((log): Command => ({ kind: "close", name: log, producer: null })) },
  { weight: 2, arbitrary: name.map((log): Command => ({ kind: "renew", name: log, touch: false })) },
  { weight: 3, arbitrary: fc.tuple(name, settings).map(([log, told]) => making(log, told)) },
  {
    weight: 3,
    arbitrary: fc.tuple(name, name, fc.option(fc.nat(12))).map(([from, to, at]) => forkOf(from, to, at)),
  },
);

const appending = (log: string, count: number): Command => appendTo(log, { count });
const trimming = (log: string, before: number): Command => ({ kind: "trim", name: log, before });
const making = (
  log: string,
  { ttlSeconds, records }: { readonly ttlSeconds: number | null; readonly records: number | null },
): Command =>
  createCommand(log, { settings: { ...plainSettings, ttlSeconds, retention: { ...keepAll, records } } });

const anyStep = fc.oneof(
  { weight: 22, arbitrary: fc.record({ ask: id, command: anyCommand }) },
  { weight: 6, arbitrary: fc.constant({ deliver: true }) },
  { weight: 3, arbitrary: fc.constant({ beat: true }) },
  { weight: 2, arbitrary: fc.record({ elect: id, without: fc.option(id) }) },
  { weight: 2, arbitrary: fc.record({ restart: id }) },
  { weight: 1, arbitrary: fc.constant({ forget: true }) },
  { weight: 5, arbitrary: fc.record({ grant: fc.nat(11), bytes: fc.integer({ min: 1, max: 300 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({ follow: name, share: fc.nat(100), credit: fc.constantFrom(0, 50, 9_999) }),
  },
  { weight: 2, arbitrary: fc.record({ pass: fc.constantFrom(10, 50, 6_000) }) },
);
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

/** A subscriber of one life of a log at a node, and where it began. */
class Follower extends Listener {
  readonly start = this.position.next;
}

/** Logs that are created, changed and deleted, and their subscribers. */
class Scene {
  readonly followers: Follower[] = [];
  readonly #trio = new Trio(compacting);
  readonly #clock = new FakeHost();
  #tails = this.#opened();
  #appends = 0;
  /** Every committed record that a node has ever shown, by life and sequence number. */
  readonly #shown = new Map<string, number | undefined>();

  constructor() {
    this.#trio.elect(1);
    for (const log of ["a", "b"]) this.#ask(1, createCommand(log));
    this.#trio.heartbeat(1);
  }

  take(step: Step): void {
    if ("ask" in step) this.#ask(step.ask, step.command);
    else if ("deliver" in step) this.#trio.run(() => this.#look());
    else if ("beat" in step) this.#beat();
    else if ("elect" in step)
      this.#trio.elect(step.elect, ({ from, to }) => ![from, to].some((it) => it === step.without));
    else if ("restart" in step) this.#restart(step.restart);
    else if ("forget" in step) this.#tails = this.#opened();
    else if ("grant" in step) this.#grant(this.followers[step.grant], step.bytes);
    else if ("follow" in step) this.#follow(step.follow, step.share / 100, step.credit);
    else this.#pass(step.pass);
    this.#look();
  }

  /** A leader serves and all nodes know what is committed; then the subscribers get all that they want. */
  end(): void {
    while (!this.#isServed()) for (const candidate of everyNode) this.#trio.elect(candidate);
    this.#look();
    for (let round = 0; round < 100; round += 1) {
      // A subscriber with credit must have got everything by itself.
      for (const follower of this.followers) if (follower.position.credit <= 0) this.#grant(follower, 1_000);
      this.#tails.settled();
      this.#clock.pass(200);
    }
  }

  /** What is committed of a life that goes on; null for one that is over. */
  present({ position: { name, log } }: Follower): Page | null {
    const page = this.#page(here, name);
    return page?.log === log ? page : null;
  }

  shown({ position: { log } }: Follower, seq: number): number | undefined {
    return this.#shown.get(`${log}:${seq}`);
  }

  #ask(at: NodeId, command: Command): void {
    this.#appends += 1;
    const fill = this.#appends % 250;
    const own = command.kind === "append" ? appendTo(command.name, { count: command.count, fill }) : command;
    this.#trio.ask(at, { kind: "command", command: own });
  }

  /** All that a node shows is what others show, and showed, of the same life. */
  #look(): boolean {
    this.#tails.settled();
    for (const page of everyNode.flatMap((node) => names.map((log) => this.#page(node, log)))) {
      for (const { seq, byte } of page === null ? [] : recordsIn(page)) {
        const key = `${page?.log}:${seq}`;
        expect([key, this.#shown.get(key) ?? byte]).toEqual([key, byte]);
        this.#shown.set(key, byte);
      }
    }
    return true;
  }

  #page(node: NodeId, log: string): Page | null {
    const { replica } = this.#trio.node(node);
    const index = replica?.readableIndex ?? null;
    if (replica === null || index === null) return null;
    const all = { until: null, recordsMax: 10_000, bytesMax: 1_000_000 };
    const page = replica.page({ name: log, from: { at: "earliest" }, ...all }, index);
    return page?.kind === "page" ? page : null;
  }

  #follow(log: string, share: number, credit: number): void {
    const page = this.#page(here, log);
    if (page === null || this.followers.length > 11) return;
    const next = toSeq(page.earliest + Math.floor((page.tail - page.earliest) * share));
    const minIndex = toIndex(this.#trio.node(here).status()?.commitIndex ?? 0);
    const follower = new Follower(page.log, { name: log, next, credit, minIndex });
    this.followers.push(follower);
    this.#tails.join(follower);
  }

  #grant(follower: Follower | undefined, bytes: number): void {
    if (follower?.ended === null) this.#tails.grant(follower, bytes);
  }

  #beat(): void {
    const { leader } = this.#trio;
    if (leader !== null) this.#trio.heartbeat(leader);
  }

  #pass(ms: number): void {
    this.#clock.pass(ms);
    this.#trio.pass(ms);
  }

  #restart(node: NodeId): void {
    this.#trio.kill(node);
    this.#trio.restart(node);
    if (node === here) this.#tails = this.#opened();
  }

  /** Only the positions of the subscribers are left. */
  #opened(): FanOut {
    this.#clock.forget();
    const tails = new FanOut(() => this.#trio.node(here).replica, this.#clock, tailOptions);
    for (const follower of this.followers.filter(({ ended }) => ended === null)) {
      follower.position = structuredClone(follower.position);
      tails.join(follower);
    }
    return tails;
  }

  /** Whether a node leads, and all have heard of it. */
  #isServed(): boolean {
    const leader = this.#trio.leader ?? 1;
    const answers = this.#trio.ask(leader, { kind: "command", command: createCommand("z") });
    for (let round = 0; round < 3; round += 1) this.#trio.heartbeat(leader);
    const commits = everyNode.map((node) => this.#trio.node(node).status()?.commitIndex);
    return answers[0]?.kind === "outcome" && new Set(commits).size === 1;
  }
}

/** A subscriber that is still there has all of a life that goes on, and an end is told if there is one. */
function expectRightEnd(follower: Follower, life: Page | null): void {
  const { position, ended } = follower;
  switch (ended?.kind) {
    case undefined:
      expect(life).toMatchObject({ tail: position.next, state: { closed: false } });
      break;
    case "closed":
      if (life !== null) expect(life).toMatchObject({ tail: position.next, state: { closed: true } });
      break;
    case "trimmed":
      expect(ended).toMatchObject({ earliest: expect.any(Number) });
      if (life !== null) expect(life.earliest).toBeGreaterThan(position.next);
      break;
    default:
      expect([ended, life]).toEqual([{ kind: "deleted" }, null]);
  }
}

it("whatever happens to logs and nodes, a subscriber of a life sees its records once and in order, and hears of its end", () => {
  fc.assert(
    fc.property(fc.array(anyStep, { minLength: 10, maxLength: 100 }), (steps) => {
      const scene = new Scene();
      for (const step of steps) scene.take(step);
      scene.end();
      for (const follower of scene.followers) {
        const { start, got, seqs, position } = follower;
        expect(seqs).toEqual(upTo(seqs.length).map((at) => start + at));
        expect(position.next).toBe(start + seqs.length);
        for (const { seq, byte } of got.flat())
          expect([seq, byte]).toEqual([seq, scene.shown(follower, seq)]);
        expectRightEnd(follower, scene.present(follower));
      }
    }),
    { numRuns: 100 },
  );
}, 30_000);
