import { Alarm as NodeAlarm } from "../../../src/node/alarm.ts";
import type { Host } from "../../../src/node/host.ts";
import { Node } from "../../../src/node/node.ts";
import type { Identity } from "../../../src/raft/identity.ts";
import type { Message } from "../../../src/raft/messages.ts";
import { describeEvent, type RaftEvent, type RaftTrace } from "../../../src/raft/trace.ts";
import type { NodeId } from "../../../src/raft/types.ts";
import type { Answer, Request } from "../../../src/transport/protocol.ts";
import type { Status } from "../../../src/transport/status.ts";
import { Finding } from "../checks/finding.ts";
import { Watch } from "../checks/watch.ts";
import { Alarm } from "./alarm.ts";
import { Disk, DiskFault } from "./disk.ts";
import { DiskFaults } from "./disk-faults.ts";
import { guarded } from "./ghost.ts";
import { Haunting } from "./haunting.ts";
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

/**
 * One Durable Object: its storage, its alarm and its output gate outlive the node in its memory. The first
 * event after that was lost makes it anew from storage.
 */
export class Machine implements Host {
  readonly id: NodeId;
  readonly storage: Disk;
  readonly clock: WallClock;
  readonly trace: RaftTrace | null;
  /** Counts the lives of the object in memory. */
  incarnation = 0;
  readonly #world: World;
  readonly #wire: Wire;
  readonly #gate: OutputGate;
  readonly #faults: DiskFaults;
  readonly #haunting: Haunting;
  #node: Node | null = null;
  #nodeAlarm: NodeAlarm;
  #downUntil = 0;
  readonly #alarm: Alarm;
  /** Judges its steps. */
  readonly watch: Watch;

  constructor(id: NodeId, world: World, wire: Wire) {
    this.id = id;
    this.#world = world;
    this.#wire = wire;
    const { trace, scheduler } = world;
    const say = (event: RaftEvent): void => trace.say(scheduler.now, () => `n${id} ${describeEvent(event)}`);
    this.trace = trace.lines === null ? null : say;
    this.clock = new WallClock(world);
    this.#faults = new DiskFaults(world);
    this.#haunting = new Haunting(world);
    this.#alarm = new Alarm(world, this.clock, () => this.#ring());
    this.#nodeAlarm = this.#loadAlarm();
    const disk = new Disk(world.oracle.observer(id), () => this.#faults.draw());
    this.storage = guarded(disk, () => this.#haunting.isUnderWay);
    world.oracle.attach(id, disk, () => this.now());
    this.watch = new Watch(id, disk, world);
    this.#gate = new OutputGate(disk, world, (done) => this.#step(done));
  }

  get isUp(): boolean {
    return this.#world.scheduler.now >= this.#downUntil;
  }

  /** The status of the node in memory; null while there is none. */
  get status(): Status | null {
    return this.#node?.status() ?? null;
  }

  /** Whether the node in memory leads, as far as it knows. */
  get leads(): boolean {
    return this.status?.role === "leader";
  }

  /** Makes the node a member, durably, before the run begins. */
  bootstrap(identity: Identity): void {
    this.#step((node) => {
      node.prepare(identity);
      node.start();
      while (this.storage.durableUnit < this.storage.unit) this.storage.markNextDurable();
    });
  }

  /** False if it is down. */
  receive(messages: readonly Message[], reply: (messages: readonly Message[]) => void): boolean {
    return this.#arrive((node) => node.receive(messages, (answer) => this.#leave(() => reply(answer))));
  }

  /** `answer` also learns up to which committed entry the node could read when it gave the answer. False if it is down. */
  request(
    request: Request,
    timeoutMs: number,
    mayHandOn: boolean,
    answer: (answer: Answer, readable: number) => void,
  ): boolean {
    return this.#arrive((node) =>
      node.request(request, timeoutMs, mayHandOn, (result) => {
        const readable = this.#readableIn(node);
        this.#leave(() => answer(result, readable));
      }),
    );
  }

  /** Half of a snapshot can't be read. */
  #readableIn(node: Node): number {
    const commitIndex = node.status()?.commitIndex ?? 0;
    return commitIndex < this.storage.written.snapshot.readableIndex ? 0 : commitIndex;
  }

  unreachable(peer: NodeId, incarnation: number): void {
    this.#stepOf(incarnation, (node) => node.unreachable(peer));
  }

  /** Loses its memory, all writes but the next `kept` units, and all messages that waited for the lost writes. */
  crash(downMs: number, kept: number): void {
    this.#world.trace.say(this.#world.scheduler.now, () => `n${this.id} crashes for ${downMs.toFixed(1)} ms`);
    this.#haunting.end();
    this.#forget();
    this.storage.crash(Math.min(kept, this.storage.unit - this.storage.durableUnit));
    this.#world.oracle.restarted(this.id);
    this.#downUntil = this.#world.scheduler.now + downMs;
    this.#alarm.crash(downMs);
  }

  /**
   * The platform begins another life of the object while this one is at work, and finishes that within
   * `overlapMs`. Only if all writes are on disk: the others would be lost, as in a crash.
   */
  supersede(overlapMs: number): void {
    if (!this.isUp || this.#node === null || this.storage.unit > this.storage.durableUnit) return;
    this.#haunting.begin(this.#node, this.incarnation, overlapMs);
    this.#forget();
    this.#world.oracle.restarted(this.id);
  }

  /** Every write fails for this long. */
  fillDisk(ms: number): void {
    this.#faults.fill(ms);
  }

  /** Ends all faults of this machine. Its alarm rings soon. */
  heal(): void {
    this.#downUntil = 0;
    this.#faults.heal();
    this.#haunting.end();
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
    this.watch.deeds += 1;
    this.#leave(() => this.#wire.send(this, to, messages));
  }

  forward(to: NodeId, request: Request, timeoutMs: number, answer: (answer: Answer | null) => void): void {
    this.watch.deeds += 1;
    const { incarnation } = this;
    const step = (result: Answer | null): void => {
      this.#stepOf(incarnation, () => answer(result));
    };
    this.#leave(() => this.#wire.forward(this, to, request, timeoutMs, step));
  }

  /** There are no subscriptions here. */
  tell(names: readonly string[] | null): void {
    throw new Error(`there is no subscription to ${names}`);
  }

  sync(done: () => void): void {
    this.#gate.sync(done);
  }

  after(ms: number, run: () => void): () => void {
    const { incarnation } = this;
    const timer = this.#world.scheduler.after(ms, () => {
      this.#stepOf(incarnation, run);
    });
    return () => timer.cancel();
  }

  wakeAt(at: number): void {
    if (this.#haunting.isUnderWay) return;
    this.watch.deeds += 1;
    this.#nodeAlarm.ensure(at, this.now());
  }

  #ring(): void {
    this.#step((node) => {
      this.#nodeAlarm.rang();
      node.alarm();
    });
  }

  #loadAlarm(): NodeAlarm {
    const alarm = new NodeAlarm((at) => this.#alarm.set(at), this.#world.plan.clock.alarmLostAfterMs);
    alarm.loaded(this.#alarm.at);
    return alarm;
  }

  /** Begins another life. */
  #forget(): void {
    this.incarnation += 1;
    this.#node = null;
    this.#gate.crash();
  }

  /** A ghost has no writes under way, so its messages leave at once. */
  #leave(effect: () => void): void {
    if (this.#haunting.isUnderWay) effect();
    else this.#gate.leave(effect);
  }

  /** An event from outside may have come before the present life began. False if the machine is down. */
  #arrive(input: (node: Node) => void): boolean {
    const { incarnation } = this.#haunting;
    if (incarnation !== null && this.#world.random.chance(0.5)) {
      this.#stepOf(incarnation, input);
      return true;
    }
    return this.#step(input);
  }

  /** Continues the work of a life. */
  #stepOf(incarnation: number, input: (node: Node) => void): void {
    if (incarnation === this.incarnation) this.#step(input);
    else if (incarnation === this.#haunting.incarnation) this.#haunting.step(input);
  }

  /** Runs one event in the node, which is made from storage if need be, and then all checks. False if it is down. */
  #step(input: (node: Node) => void): boolean {
    if (!this.isUp) return false;
    const { incarnation } = this;
    const before = this.watch.stillness();
    try {
      if (this.#node === null) {
        this.#nodeAlarm = this.#loadAlarm();
        this.#node = new Node(this, this.#world.plan.options);
      }
      input(this.#node);
    } catch (error) {
      this.#thrown(error);
      return true;
    }
    if (incarnation === this.incarnation) {
      this.watch.requireStill(before);
      this.watch.stepped(this.#node.status());
    }
    this.#gate.open();
    return true;
  }

  /** What was issued before the failed write has left already. The platform ends the object. */
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
