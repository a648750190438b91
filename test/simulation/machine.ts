import type { Host } from "../../src/node/host.ts";
import { Node } from "../../src/node/node.ts";
import type { Identity } from "../../src/raft/identity.ts";
import type { Message } from "../../src/raft/messages.ts";
import type { SleepMark } from "../../src/raft/sleep.ts";
import type { NodeId } from "../../src/raft/types.ts";
import type { Answer, Request, Status } from "../../src/transport/protocol.ts";
import { Alarm } from "./alarm.ts";
import { Disk, DiskFault, type Fault } from "./disk.ts";
import { Finding, require } from "./finding.ts";
import { OutputGate } from "./output-gate.ts";
import { WallClock } from "./wall-clock.ts";
import type { World } from "./world.ts";

/** How a machine reaches the others. */
export interface Wire {
  send(from: Machine, to: NodeId, messages: readonly Message[]): void;
  forward(
    from: Machine,
    to: NodeId,
    request: Request,
    timeoutMs: number,
    answer: (answer: Answer | null) => void,
  ): void;
}

/** What a node that sleeps leaves as it is. */
interface Stillness {
  readonly mark: SleepMark | null;
  readonly deeds: number;
  readonly unit: number;
}

/**
 * One Durable Object: its storage, its alarm and its output gate outlive the node in its memory, which is
 * made anew from storage by the first event after it was lost.
 */
export class Machine implements Host {
  readonly id: NodeId;
  readonly storage: Disk;
  readonly clock: WallClock;
  /** Counts the lives of the object in memory. */
  incarnation = 0;
  readonly #world: World;
  readonly #wire: Wire;
  readonly #gate: OutputGate;
  #node: Node | null = null;
  #downUntil = 0;
  readonly #alarm: Alarm;
  /** Called when the node has just become the leader. */
  onElected: () => void = () => {};
  /** Called when the node leads, and has just fallen asleep as the last of all. */
  onAllAsleep: () => void = () => {};
  /** Counts what it sends or sets of its own accord. */
  #deeds = 0;

  constructor(id: NodeId, world: World, wire: Wire) {
    this.id = id;
    this.#world = world;
    this.#wire = wire;
    this.clock = new WallClock(world);
    this.#alarm = new Alarm(world, this.clock, () => this.#step((node) => node.alarm()));
    this.storage = new Disk(world.oracle.observer(id), () => this.#drawFault());
    world.oracle.attach(id, this.storage);
    this.#gate = new OutputGate(this.storage, world, (done) => this.#step(done));
  }

  get isUp(): boolean {
    return this.#world.scheduler.now >= this.#downUntil;
  }

  /** What the node in memory says of itself; null while there is none. */
  get status(): Status | null {
    return this.#node?.status() ?? null;
  }

  /** A member from the start, and durably so. */
  bootstrap(identity: Identity): void {
    this.#step((node) => {
      node.prepare(identity);
      node.start();
      while (this.storage.durableUnit < this.storage.unit) this.storage.markNextDurable();
    });
  }

  /** False when nobody is there. */
  receive(messages: readonly Message[], reply: (messages: readonly Message[]) => void): boolean {
    return this.#step((node) => node.receive(messages, (answer) => this.#gate.leave(() => reply(answer))));
  }

  /** False when nobody is there. */
  request(
    request: Request,
    timeoutMs: number,
    forwarded: boolean,
    answer: (answer: Answer) => void,
  ): boolean {
    return this.#step((node) =>
      node.request(request, timeoutMs, forwarded, (result) => this.#gate.leave(() => answer(result))),
    );
  }

  unreachable(peer: NodeId, incarnation: number): void {
    if (incarnation === this.incarnation) this.#step((node) => node.unreachable(peer));
  }

  /** Memory is lost, and all that was written after the next `kept` units, and all that they held back. */
  crash(downMs: number, kept: number): void {
    this.#world.trace.say(this.#world.scheduler.now, () => `n${this.id} crashes for ${downMs.toFixed(1)} ms`);
    this.incarnation += 1;
    this.#node = null;
    this.#gate.crash();
    this.storage.crash(Math.min(kept, this.storage.unit - this.storage.durableUnit));
    this.#world.oracle.restarted(this.id);
    this.#downUntil = this.#world.scheduler.now + downMs;
    this.#alarm.crash(downMs);
  }

  /** Whatever was wrong with this machine is over; its alarm rings soon. */
  heal(): void {
    this.#downUntil = 0;
    this.clock.heal();
    this.#alarm.heal();
  }

  now(): number {
    return this.clock.now();
  }

  random(): number {
    return this.#world.random.float();
  }

  send(to: NodeId, messages: readonly Message[]): void {
    this.#deeds += 1;
    this.#gate.leave(() => this.#wire.send(this, to, messages));
  }

  forward(to: NodeId, request: Request, timeoutMs: number, answer: (answer: Answer | null) => void): void {
    this.#deeds += 1;
    const { incarnation } = this;
    const step = (result: Answer | null): void => {
      if (incarnation === this.incarnation) this.#step(() => answer(result));
    };
    this.#gate.leave(() => this.#wire.forward(this, to, request, timeoutMs, step));
  }

  sync(done: () => void): void {
    this.#gate.sync(done);
  }

  after(ms: number, run: () => void): () => void {
    const { incarnation } = this;
    const timer = this.#world.scheduler.after(ms, () => {
      if (incarnation === this.incarnation) this.#step(run);
    });
    return () => timer.cancel();
  }

  wakeAt(at: number): void {
    this.#deeds += 1;
    this.#alarm.wakeAt(at);
  }

  #drawFault(): Fault {
    const { random, plan, healed, marks } = this.#world;
    if (healed || !random.chance(plan.disk.exception)) return "none";
    const fault = random.pick(["before", "after"] as const);
    marks.count(`fault: storage exception ${fault} the write`);
    return fault;
  }

  /** One event in the node, made from storage where need be; afterwards all is checked. False when it is down. */
  #step(input: (node: Node) => void): boolean {
    if (!this.isUp) return false;
    const { incarnation } = this;
    const before = this.#stillness();
    try {
      this.#node ??= new Node(this, this.#world.plan.options);
      input(this.#node);
    } catch (error) {
      this.#thrown(error);
      return true;
    }
    if (incarnation === this.incarnation) {
      this.#requireStill(before);
      this.#check(this.#node);
    }
    this.#gate.open();
    return true;
  }

  #check(node: Node): void {
    const status = node.status();
    if (status === null) return;
    const { trace, oracle, scheduler } = this.#world;
    const { currentTerm, commitIndex, lastIndex, role } = status;
    trace.mix(this.id + currentTerm * 8);
    trace.mix(commitIndex * 65_536 + lastIndex);
    trace.say(
      scheduler.now,
      () => `n${this.id} ${role} term ${currentTerm} commit ${commitIndex} last ${lastIndex}`,
    );
    const news = oracle.stepped(this.id, status);
    if (news === "elected") this.onElected();
    if (news === "all asleep") this.onAllAsleep();
  }

  #stillness(): Stillness {
    return { mark: this.storage.written.sleepMark, deeds: this.#deeds, unit: this.storage.unit };
  }

  /** Who sleeps through a step does nothing in it. */
  #requireStill(before: Stillness): void {
    const { mark, deeds, unit } = this.#stillness();
    if (mark === null || mark !== before.mark) return;
    require(deeds === before.deeds && unit === before.unit, "stillness", () =>
      `node ${this.id} sends, writes or sets its alarm in its sleep`);
  }

  /** What was issued before the write that failed is out already; the object is gone, as the platform has it. */
  #thrown(error: unknown): void {
    if (error instanceof Finding) throw error;
    if (!(error instanceof DiskFault)) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      throw new Finding("no exception", `node ${this.id} threw ${text}`);
    }
    this.#gate.open();
    const pending = this.storage.unit - this.storage.durableUnit;
    this.crash(
      this.#world.random.float() * this.#world.plan.nemesis.downMsMax,
      this.#world.random.below(pending + 1),
    );
  }
}
