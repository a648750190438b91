import fc from "fast-check";
import { expect, it } from "vitest";
import { createCommand } from "../../src/log/commands.ts";
import { type LogId, toSeq } from "../../src/log/types.ts";
import { FanOut } from "../../src/node/fan-out.ts";
import { type NodeId, toIndex } from "../../src/raft/types.ts";
import { appendTo } from "../storage/fixture.ts";
import { FakeHost } from "./fake-host.ts";
import { Listener, recordsIn } from "./follower.ts";
import { Trio } from "./trio.ts";

const options = {
  pageRecords: 3,
  pageBytes: 100,
  roundBytes: 50,
  sendsPerSecond: 100,
  stallMs: 1_000_000_000,
};
/** The node that they follow. */
const here = 2;

const id = fc.constantFrom(1, 2, 3);

/** What may happen between two checks of the subscribers. */
const anyStep = fc.oneof(
  { weight: 6, arbitrary: fc.record({ append: id, count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 4, arbitrary: fc.record({ deliver: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ forget: fc.constantFrom("object", "tails") }) },
  { weight: 2, arbitrary: fc.record({ elect: id, without: fc.option(id) }) },
  { weight: 4, arbitrary: fc.record({ grant: fc.nat(2), bytes: fc.integer({ min: 1, max: 300 }) }) },
  { weight: 3, arbitrary: fc.record({ pass: fc.nat(50) }) },
);
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

/** Three subscribers of the log "a" at a node that may lead, lag behind, and lose its memory. */
class Scene {
  readonly trio = new Trio();
  readonly listeners: readonly Listener[];
  readonly #clock = new FakeHost();
  #tails: FanOut;
  #appends = 0;

  constructor() {
    this.trio.elect(1);
    this.trio.ask(1, { kind: "command", command: createCommand("a") });
    this.trio.run();
    this.trio.heartbeat(1);
    const log: LogId = toIndex(this.trio.node(here).status()?.commitIndex ?? 0);
    const minIndex = log;
    this.listeners = [
      new Listener(log, { minIndex }),
      new Listener(log, { minIndex, credit: 0 }),
      new Listener(log, { minIndex, next: toSeq(5), credit: 50 }),
    ];
    this.#tails = this.#opened();
  }

  take(step: Step): void {
    if ("append" in step) this.#append(step.append, step.count);
    else if ("deliver" in step) this.#deliver(() => step.deliver);
    else if ("forget" in step) this.#forget(step.forget === "object");
    else if ("elect" in step)
      this.trio.elect(step.elect, ({ from, to }) => ![from, to].some((it) => it === step.without));
    else if ("grant" in step) this.#grant(step.grant, step.bytes);
    else this.#clock.pass(step.pass);
    this.#tails.settled();
  }

  /** A leader serves and all nodes know what is committed; then the subscribers get all that they want. */
  end(): void {
    // A node that lacks entries can't win.
    while (!this.#isServed()) for (const candidate of [1, 2, 3]) this.trio.elect(candidate);
    for (let round = 0; round < 200; round += 1) {
      for (const listener of this.listeners.keys()) this.#grant(listener, 1_000);
      this.#tails.settled();
      this.#clock.pass(100);
    }
  }

  /** Whether a node leads, and all have heard of it. */
  #isServed(): boolean {
    const leader = this.trio.leader ?? 1;
    const answers = this.trio.ask(leader, { kind: "command", command: appendTo("a") });
    for (let round = 0; round < 3; round += 1) this.trio.heartbeat(leader);
    const commits = [1, 2, 3].map((node) => this.trio.node(node).status()?.commitIndex);
    return answers[0]?.kind === "outcome" && new Set(commits).size === 1;
  }

  /** What is committed in the end. */
  committed() {
    const { replica } = this.trio.node(this.trio.leader ?? 1);
    const query = {
      name: "a",
      from: { at: "earliest" },
      until: null,
      recordsMax: 10_000,
      bytesMax: 1_000_000,
    } as const;
    const page = replica?.page(query, replica.readableIndex ?? toIndex(0));
    if (page?.kind !== "page") throw new Error("the log is gone");
    return recordsIn(page);
  }

  #append(at: NodeId, count: number): void {
    this.#appends += 1;
    this.trio.ask(at, { kind: "command", command: appendTo("a", { count, fill: this.#appends }) });
  }

  #deliver(passes: () => boolean): void {
    this.trio.run(() => {
      this.#tails.settled();
      return passes();
    });
  }

  /** Only the positions of the subscribers are left. */
  #forget(withNode: boolean): void {
    if (withNode) {
      this.trio.kill(here);
      this.trio.restart(here);
    }
    this.#clock.forget();
    this.#tails = this.#opened();
  }

  #opened(): FanOut {
    const tails = new FanOut(() => this.trio.node(here).replica, this.#clock, options);
    for (const listener of this.listeners) {
      listener.position = structuredClone(listener.position);
      tails.join(listener);
    }
    return tails;
  }

  #grant(at: number, bytes: number): void {
    const listener = this.listeners[at];
    if (listener !== undefined) this.#tails.grant(listener, bytes);
  }
}

it("whatever happens to nodes and messages, a subscriber sees what is committed, once and in order", () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
      const scene = new Scene();
      for (const step of steps) scene.take(step);
      scene.end();
      const committed = scene.committed();
      for (const [at, { got, ended }] of scene.listeners.entries()) {
        expect(got.flat()).toEqual(committed.slice(at === 2 ? 5 : 0));
        expect(ended).toBeNull();
      }
    }),
    { numRuns: 300 },
  );
});
