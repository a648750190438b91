import { initialConfiguration } from "../../../src/raft/configuration.ts";
import type { Message } from "../../../src/raft/messages.ts";
import type { RaftEvent } from "../../../src/raft/trace.ts";
import { type NodeId, noSnapshot, type Options, type Term } from "../../../src/raft/types.ts";
import { entriesOf } from "./entries.ts";
import { type Clock, TestNode } from "./node.ts";

export const defaults: Options = {
  electionTimeoutMs: 1_000,
  rank: 0,
  ranks: 1,
  heartbeatMs: 100,
  checkQuorum: true,
  sleepAfterMs: 0,
  inflightMax: 4,
  appendBytesMax: 1_000,
  uncommittedBytesMax: 10_000,
};

export interface ClusterSetup {
  /** How many nodes: 1, 2 … */
  readonly size: number;
  /** How many of them, the first, are voters from the start: by default all. The others are not members yet. */
  readonly voters?: number;
  /** Logs to begin with, by node, as the terms of their entries; all others are empty. */
  readonly logs?: Readonly<Record<NodeId, readonly Term[]>>;
  /** Current terms to begin with; by default, that of the log's last entry. */
  readonly currentTerms?: Readonly<Record<NodeId, Term>>;
  readonly votes?: Readonly<Record<NodeId, NodeId>>;
  /** The regions of the voters; by default all in one. */
  readonly regions?: readonly string[];
  readonly options?: Partial<Options>;
  /** By default node k always draws k/10, so that node 1 is the first to time out. */
  readonly random?: (id: NodeId) => () => number;
  readonly trace?: (id: NodeId, event: RaftEvent) => void;
}

type Type = Message["type"];
type Of<T extends Type> = Extract<Message, { readonly type: T }>;
interface Link {
  readonly from?: NodeId;
  readonly to?: NodeId;
}

/** Nodes and the messages between them. Nothing is delivered and no time passes unless the test says so. */
export class Cluster {
  readonly clock: Clock = { now: 0 };
  readonly options: Options;
  readonly nodes: readonly TestNode[];
  /** Messages that have left a node and are neither delivered nor lost yet, oldest first. */
  readonly pool: Message[] = [];
  /** All messages that ever left a node, in order. */
  readonly sent: Message[] = [];
  readonly #cut = new Set<string>();

  constructor(setup: ClusterSetup) {
    const { size, logs = {}, currentTerms = {}, votes = {}, random = (id) => () => id / 10, trace } = setup;
    this.options = { ...defaults, ...setup.options };
    const ids = Array.from({ length: size }, (_, i) => i + 1);
    const { regions = Array.from({ length: setup.voters ?? size }, () => "weur") } = setup;
    const configuration = initialConfiguration(regions);
    const send = (message: Message): void => {
      this.pool.push(message);
      this.sent.push(message);
    };
    const shared = { configuration, options: this.options, clock: this.clock, send };
    this.nodes = ids.map((id) => {
      const log = entriesOf(logs[id] ?? []);
      const currentTerm = currentTerms[id] ?? log.at(-1)?.term ?? 0;
      const hardState = { currentTerm, votedFor: votes[id] ?? null };
      const image = { hardState, quiesceMark: null, snapshot: noSnapshot, log };
      const told = trace === undefined ? null : (event: RaftEvent): void => trace(id, event);
      return new TestNode({ ...shared, id, random: random(id), image, trace: told });
    });
  }

  node(id: NodeId): TestNode {
    const node = this.nodes[id - 1];
    if (node === undefined) throw new Error(`there is no node ${id}`);
    return node;
  }

  get leaders(): readonly TestNode[] {
    return this.nodes.filter(({ isUp, role }) => isUp && role === "leader");
  }

  /** The leader, if there is exactly one. Throws otherwise. */
  get leader(): TestNode {
    const [leader, ...others] = this.leaders;
    if (leader === undefined || others.length > 0)
      throw new Error(`there are ${this.leaders.length} leaders`);
    return leader;
  }

  /** The messages in flight. */
  inFlight<T extends Type>(type: T, { from, to }: Link = {}): readonly Of<T>[] {
    const isOf = (message: Message): message is Of<T> => message.type === type;
    return this.pool
      .filter(isOf)
      .filter((message) => (from ?? message.from) === message.from && (to ?? message.to) === message.to);
  }

  /** Removes messages from the network: to be delivered later, twice, or never. */
  take<T extends Type>(type: T, link: Link = {}): readonly Of<T>[] {
    const taken = this.inFlight(type, link);
    for (const message of taken) this.pool.splice(this.pool.indexOf(message), 1);
    return taken;
  }

  /** Drops all messages in flight. */
  loseAll(): void {
    this.pool.length = 0;
  }

  /** Delivers messages even over links that are cut. */
  deliver(...messages: readonly Message[]): void {
    for (const message of messages) {
      const at = this.pool.indexOf(message);
      if (at !== -1) this.pool.splice(at, 1);
      const node = this.node(message.to);
      if (node.isUp) node.step(message);
    }
  }

  /** Delivers in order until no messages are left. No time passes. */
  run(): void {
    for (let steps = 0; this.pool.length > 0; steps++) {
      if (steps > 10_000) throw new Error("the nodes never stop talking");
      const message = this.pool[0] as Message;
      if (this.#cut.has(`${message.from} to ${message.to}`)) this.pool.shift();
      else this.deliver(message);
    }
  }

  /** Time passes. Every alarm rings on time, and every message is delivered at once. */
  pass(ms: number): void {
    const end = this.clock.now + ms;
    let wakes = 0;
    for (let node = this.#nextToWake(end); node !== null; node = this.#nextToWake(end)) {
      if (wakes++ > ms / 10) throw new Error(`node ${node.id} asks to be woken again and again`);
      this.clock.now = Math.max(this.clock.now, node.raft.wakeAt() ?? end);
      node.wake();
      this.run();
    }
    this.clock.now = end;
  }

  #nextToWake(end: number): TestNode | null {
    const wakeAt = (node: TestNode): number =>
      (node.isUp ? node.raft.wakeAt() : null) ?? Number.POSITIVE_INFINITY;
    const next = [...this.nodes].sort((a, b) => wakeAt(a) - wakeAt(b))[0];
    return next !== undefined && wakeAt(next) <= end ? next : null;
  }

  /** A leader hears no peer for so long that it steps down. */
  stepDown(leader: TestNode): void {
    this.clock.now += this.options.electionTimeoutMs;
    leader.wake();
  }

  /** No leader was heard for so long that any node may campaign, but only this one does. */
  campaign(id: NodeId): void {
    if (this.node(id).role === "leader") this.stepDown(this.node(id));
    this.clock.now += 2 * this.options.electionTimeoutMs;
    this.node(id).wake();
  }

  /** As `campaign`, and delivers until the node leads. */
  elect(id: NodeId): TestNode {
    this.campaign(id);
    this.run();
    if (this.node(id).role !== "leader") throw new Error(`node ${id} was not elected`);
    return this.node(id);
  }

  /**
   * `id` wins with only the votes of `voters`. The messages that it then sends as the leader stay in flight.
   */
  win(id: NodeId, voters: readonly NodeId[]): TestNode {
    this.campaign(id);
    for (const [question, answer] of [
      ["PreVote", "PreVoteResponse"],
      ["RequestVote", "RequestVoteResponse"],
    ] as const) {
      const questions = this.take(question, { from: id });
      this.deliver(...questions.filter(({ to }) => voters.includes(to)));
      this.deliver(...this.take(answer, { to: id }));
    }
    if (this.node(id).role !== "leader") throw new Error(`node ${id} did not win`);
    return this.node(id);
  }

  /** The next heartbeat of a leader, and all messages that follow from it. */
  heartbeat(leader = this.leader): void {
    this.clock.now += this.options.heartbeatMs;
    leader.wake();
    this.run();
  }

  /** Messages from one node to the other are lost from now on. The other direction still works. */
  cut(from: NodeId, to: NodeId): void {
    this.#cut.add(`${from} to ${to}`);
  }

  /** No message passes between groups. A node in no group is alone. */
  partition(...groups: readonly (readonly NodeId[])[]): void {
    const groupOf = (id: NodeId): number => groups.findIndex((group) => group.includes(id));
    this.heal();
    for (const { id: from } of this.nodes) {
      for (const { id: to } of this.nodes) {
        if (groupOf(from) === -1 || groupOf(from) !== groupOf(to)) this.cut(from, to);
      }
    }
  }

  heal(): void {
    this.#cut.clear();
  }
}
