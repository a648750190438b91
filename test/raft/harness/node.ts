import type { Configuration } from "../../../src/raft/configuration.ts";
import type { Message } from "../../../src/raft/messages.ts";
import type { Progress } from "../../../src/raft/progress.ts";
import { Raft } from "../../../src/raft/raft.ts";
import type { ConfirmedRead, DurableMark, NotTaken, Persist, Ready } from "../../../src/raft/ready.ts";
import type { Leader } from "../../../src/raft/state.ts";
import type { RaftTrace } from "../../../src/raft/trace.ts";
import {
  type Entry,
  type Index,
  type NodeId,
  type Options,
  type Term,
  toIndex,
} from "../../../src/raft/types.ts";
import { bytesOf } from "./entries.ts";
import { endOf, type Image, readerOf, written } from "./image.ts";

export interface Clock {
  now: number;
}

export interface NodeSetup {
  readonly id: NodeId;
  readonly configuration: Configuration;
  readonly options: Options;
  readonly random: () => number;
  readonly clock: Clock;
  readonly image: Image;
  readonly send: (message: Message) => void;
  readonly trace?: RaftTrace | null;
}

export interface Change {
  readonly add?: readonly NodeId[];
  readonly remove?: readonly NodeId[];
  readonly expectedIndex?: number | null;
}

/**
 * One core with its disk. Each input's `persist` is written at once. It is also durable at once, unless
 * `holdWrites` is set: then it becomes durable with `sync`, and nothing leaves the node before that.
 */
export class TestNode {
  raft: Raft;
  holdWrites = false;
  isUp = true;
  /** Reads that were released as confirmed. */
  readonly reads: ConfirmedRead[] = [];
  /** All writes so far, in order. */
  readonly writes: Persist[] = [];
  readonly #setup: NodeSetup;
  #written: Image;
  #durable: Image;
  #held: Ready[] = [];

  constructor(setup: NodeSetup) {
    this.#setup = setup;
    this.#written = setup.image;
    this.#durable = setup.image;
    this.raft = this.#boot();
  }

  get id(): NodeId {
    return this.#setup.id;
  }

  get state(): Raft["state"] {
    return this.raft.state;
  }

  get role(): string {
    return this.state.role.name;
  }

  get now(): number {
    return this.#setup.clock.now;
  }

  /** The log as the paper draws it: the term of each entry. */
  get terms(): readonly Term[] {
    return this.#written.log.map(({ term }) => term);
  }

  get log(): readonly Entry[] {
    return this.#written.log;
  }

  get durable(): Image {
    return this.#durable;
  }

  /** Throws unless it leads. */
  get leadership(): Leader {
    const { role } = this.state;
    if (role.name !== "leader") throw new Error(`node ${this.id} is a ${role.name}`);
    return role;
  }

  progressOf(peer: NodeId): Progress {
    const progress = this.leadership.peers.get(peer);
    if (progress === undefined) throw new Error(`node ${peer} is no peer of ${this.id}`);
    return progress;
  }

  step(...messages: readonly Message[]): void {
    for (const message of messages) this.#input((raft) => raft.step(message, this.now));
  }

  /** The alarm rings. */
  wake(): void {
    this.#input((raft) => raft.tick(this.now));
  }

  /** A request needs the leader. */
  need(): void {
    this.#input((raft) => raft.wake(this.now));
  }

  transfer(to: NodeId): "begun" | "not-leader" | "no-such-peer" {
    const begun = this.raft.transfer(to, this.now);
    this.#input(() => {});
    return begun;
  }

  /** Adds and removes nodes, by their numbers. */
  change({ add = [], remove = [], expectedIndex = null }: Change): ReturnType<Raft["changeMembers"]> {
    const added = add.map((id) => ({ id, region: "weur" }));
    const expected = expectedIndex === null ? null : toIndex(expectedIndex);
    const begun = this.raft.changeMembers({ add: added, remove, expectedIndex: expected }, this.now);
    this.#take();
    this.#input(() => {});
    return begun;
  }

  recover(lost: readonly NodeId[]): ReturnType<Raft["recover"]> {
    this.raft.wake(this.now);
    const begun = this.raft.recover(lost, 1_000, this.now);
    this.#take();
    this.#input(() => {});
    return begun;
  }

  propose(
    ...texts: readonly string[]
  ): readonly ({ readonly index: Index; readonly term: Term } | NotTaken)[] {
    const results = texts.map((text) => {
      const result = this.raft.propose(bytesOf(text));
      this.#take();
      return result;
    });
    this.#input(() => {});
    return results;
  }

  read(atLeast = 0): number | "not-leader" {
    return this.readTogether(1, atLeast)[0] ?? "not-leader";
  }

  /** `count` reads that arrive before anything is sent. */
  readTogether(count: number, atLeast = 0): readonly (number | "not-leader")[] {
    const contexts = Array.from({ length: count }, () => this.raft.read(toIndex(atLeast)));
    this.#input(() => {});
    return contexts;
  }

  announceCommit(): void {
    this.#input((raft) => raft.announceCommit());
  }

  unreachable(peer: NodeId): void {
    this.#input((raft) => raft.unreachable(peer));
  }

  /** The host compacts up to `index`, after it removed the rows at `dead`. */
  compact(index: number, ...dead: readonly number[]): void {
    this.#input((raft) => raft.compact(toIndex(index)));
    const log = this.#written.log.filter((entry) => !dead.includes(entry.index));
    this.#written = { ...this.#written, log };
    if (!this.holdWrites) this.#durable = this.#written;
  }

  /** A completion that the test delivers later. */
  reportDurable(mark: DurableMark): void {
    this.#input((raft) => raft.durable(mark, this.now));
  }

  /** All writes are durable: messages that waited leave, and the core is notified. */
  sync(): void {
    while (this.#held.length > 0) {
      const mark = this.raft.mark();
      const hadWrite = this.#held.some(({ persist }) => persist !== null);
      this.letOut();
      if (hadWrite) this.#run((raft) => raft.durable(mark, this.now));
    }
  }

  /** All writes are durable, but the core is not notified yet. */
  letOut(): void {
    this.#durable = this.#written;
    const held = this.#held.splice(0);
    for (const { afterPersist } of held) {
      this.reads.push(...afterPersist.reads);
      for (const message of afterPersist.messages) this.#setup.send(message);
    }
  }

  /** Writes that were not durable are lost, and messages that waited for them are never sent. */
  crash(): void {
    this.isUp = false;
    this.#written = this.#durable;
    this.#held = [];
  }

  restart(): void {
    if (this.isUp) this.crash();
    this.isUp = true;
    this.raft = this.#boot();
  }

  #boot(): Raft {
    const { id, options, configuration, random, trace = null } = this.#setup;
    const { hardState, quiesceMark, snapshot } = this.#written;
    const log = readerOf(() => this.#written);
    const base = { configuration, index: toIndex(0) };
    const stored = { hardState, quiesceMark, snapshot, ...endOf(this.#written) };
    return new Raft({ id, options, base, log, random, trace, ...stored }, this.now);
  }

  #input(run: (raft: Raft) => void): void {
    this.#run(run);
    if (!this.holdWrites) this.sync();
  }

  #run(run: (raft: Raft) => void): void {
    run(this.raft);
    this.#take();
    this.raft.replicate(this.now);
    this.#take();
  }

  #take(): void {
    const ready = this.raft.ready();
    if (ready.persist !== null) {
      this.writes.push(ready.persist);
      this.#written = written(this.#written, ready.persist);
    }
    this.#held.push(ready);
  }
}
