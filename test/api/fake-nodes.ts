import { decide } from "../../src/log/decide.ts";
import { encodeLogEntry } from "../../src/log/entry-codec.ts";
import type { Outcome } from "../../src/log/outcome.ts";
import type { Command } from "../../src/log/types.ts";
import { evaluate } from "../../src/node/queries.ts";
import { compareMarks, isMember } from "../../src/raft/configuration.ts";
import { createEntry } from "../../src/raft/entry.ts";
import { bootstrapIdentity, type Identity, isSameIdentity, type Phase } from "../../src/raft/identity.ts";
import type { MembersChange } from "../../src/raft/membership.ts";
import { type Index, toIndex } from "../../src/raft/types.ts";
import type { AskOptions, Nodes } from "../../src/routing/nodes.ts";
import { decodeOpening, type SocketOpening } from "../../src/sessions/state.ts";
import type { Storage } from "../../src/storage/contract.ts";
import { type AnswerOf, answerTo } from "../../src/transport/answer-of.ts";
import type { NodeAddress } from "../../src/transport/object.ts";
import type {
  Answer,
  Failure,
  FailureReason,
  Members,
  OutcomeAnswer,
  QueryRequest,
  Reply,
  Request,
} from "../../src/transport/protocol.ts";
import type { Status } from "../../src/transport/status.ts";
import { TransportError } from "../../src/transport/transport-error.ts";
import { FakeSocket } from "../sessions/fake-socket.ts";
import { lastIndex as lastIndexOf, persist } from "../storage/fixture.ts";
import { memoryStorage } from "../storage/node-database.ts";
import { FakeMembership, membersOfPlaced, type Placed, peersOf } from "./fake-membership.ts";

/** Before: the node never hears of it. After: it does what was asked, and its answer is lost. */
export type Fault = FailureReason | "overloaded" | "lost-before" | "lost-after";

interface Ask {
  readonly node: number;
  readonly request: Request;
  readonly options: AskOptions;
}

interface Opened {
  readonly node: number;
  readonly opening: SocketOpening;
  readonly socket: FakeSocket;
}

interface FakeNode {
  readonly identity: Identity;
  phase: Phase;
  /** The newest configuration that it has heard of. */
  placed: Placed;
}

/**
 * All clusters, without consensus: the nodes of one share one log, which holds what is committed. The
 * decisions and the reads are the real ones.
 */
export class FakeNodes implements Nodes {
  /** By cluster: the leader, as its nodes know it. */
  readonly leaders = new Map<string, number | null>();
  /** Faults of a node ("main/2"), one an ask. */
  readonly faults = new Map<string, Fault[]>();
  /** Nodes that nothing reaches. */
  readonly down = new Set<string>();
  /** Nodes that never say how they are. */
  readonly hanging = new Set<string>();
  /** Leaders refuse to hand over. */
  refusesTransfers = false;
  readonly asked: Ask[] = [];
  /** All sockets that nodes took. */
  readonly sockets: Opened[] = [];
  /** Nodes ("main/2") that take no socket, and the status that says so. */
  readonly socketFaults = new Map<string, number>();
  /** Every object that was reached, and the region it was reached with. */
  readonly touched = new Map<string, string>();
  readonly aborted: number[] = [];
  /** The clock of the leader, ms since the epoch. */
  clock = 1_700_000_000_000;
  readonly membership = new FakeMembership();
  /** Nodes that sleep, as `cluster/id`. */
  readonly asleep = new Set<string>();
  readonly #nodes = new Map<string, FakeNode>();
  readonly #logs = new Map<string, Storage>();

  async ask<R extends Request>(
    address: NodeAddress,
    request: R,
    options: AskOptions,
  ): Promise<Reply<AnswerOf<R>>> {
    this.#reach(address);
    this.asked.push({ node: address.id, request, options });
    const fault = this.faults.get(nameOf(address))?.shift();
    if (fault === "overloaded") throw new TransportError("overloaded", { overloaded: true });
    if (fault === "lost-before") throw new TransportError("lost");
    const leader = this.leaders.get(address.cluster) ?? null;
    const failed = fault !== undefined && fault !== "lost-after";
    const answer = failed ? failure(fault, leader) : this.#answer(address, request, options, leader);
    if (fault === "lost-after") throw new TransportError("lost");
    return { answer: answerTo(request, answer), members: this.#membersAfter(address, options) };
  }

  async status(address: NodeAddress): Promise<Status | null> {
    this.#reach(address);
    if (this.hanging.has(nameOf(address))) return new Promise(() => undefined);
    const node = this.#nodes.get(nameOf(address));
    if (node === undefined) return null;
    const { identity, phase, placed } = node;
    const leader = this.leaders.get(address.cluster) ?? null;
    const index = lastIndexOf(this.#log(address.cluster));
    const isLeader = leader === identity.id;
    const peers = isLeader ? peersOf(placed.configuration, leader, index) : [];
    return {
      ...{ identity, phase, role: isLeader ? "leader" : "follower", currentTerm: 1, leader },
      ...{ commitIndex: index, lastIndex: index, peers, corruptEntries: 0 },
      ...{ asleep: this.asleep.has(nameOf(address)), counters: { alarms: 1, calls: 2, rows: 3 } },
      load: { requests: 1, readers: 2, queuedBytes: 3, uncommittedBytes: 4 },
      ...{ followsWriters: true, handedOver: isLeader ? { to: identity.id, at: this.clock } : null },
      ...{ ...placed, lastTerm: 1, snapshotIndex: 0 },
    };
  }

  async prepare(address: NodeAddress, identity: Identity): Promise<boolean> {
    this.#reach(address);
    const there = this.#nodes.get(nameOf(address));
    if (there !== undefined) return isSameIdentity(there.identity, identity);
    const { configuration, configurationIndex } = identity;
    this.#nodes.set(nameOf(address), {
      identity,
      phase: "prepared",
      placed: { configuration, configurationIndex },
    });
    return true;
  }

  async start(address: NodeAddress): Promise<boolean> {
    this.#reach(address);
    const node = this.#nodes.get(nameOf(address));
    if (node === undefined) return false;
    node.phase = "started";
    if (!this.leaders.has(address.cluster)) this.leaders.set(address.cluster, 1);
    return true;
  }

  async socket(address: NodeAddress, opening: string): Promise<Response> {
    this.#reach(address);
    const socket = new FakeSocket();
    const fault = this.socketFaults.get(nameOf(address));
    if (fault !== undefined) return new Response("no", { status: fault });
    this.sockets.push({ node: address.id, opening: decodeOpening(opening), socket });
    // Node's own takes no such status.
    return Object.defineProperties(new Response(null), {
      status: { value: 101 },
      webSocket: { value: socket },
    });
  }

  async abort(address: NodeAddress): Promise<void> {
    this.aborted.push(address.id);
  }

  /** The node forgets that it ever was one. */
  loseStorage(name: string): void {
    this.#nodes.delete(name);
  }

  /** All but the last entry is compacted, and dead rows are removed. */
  compact(cluster: string): void {
    const storage = this.#log(cluster);
    const index = toIndex(lastIndexOf(storage) - 1);
    const snapshot = { mark: { index, term: 1, readableIndex: toIndex(0) }, rows: [] };
    storage.write({ hardState: null, quiesce: null, truncateFrom: null, snapshot, append: [] });
    storage.removeDead(Number.POSITIVE_INFINITY);
  }

  #reach(address: NodeAddress): void {
    this.touched.set(nameOf(address), address.region);
    if (this.down.has(nameOf(address))) throw new TransportError("down");
  }

  #answer(address: NodeAddress, request: Request, options: AskOptions, leader: number | null): Answer {
    if (this.#nodes.get(nameOf(address))?.phase !== "started") return failure("no-such-cluster", null);
    if (this.#isOut(address)) return failure("not-leader", leader);
    if (request.kind === "recover") return this.#recover(address, request.lost, leader);
    if (request.kind === "query" && request.consistency === "local") return this.#query(address, request);
    if (leader === null) return failure("not-leader", null);
    if (request.kind === "query") return this.#query(address, request);
    if (leader !== address.id && !options.mayHandOn) return failure("not-leader", leader);
    if (this.down.has(`${address.cluster}/${leader}`)) return failure("outcome-unknown", leader);
    if (request.kind === "read-index") return { kind: "read-index", index: toIndex(0) };
    if (request.kind === "transfer") {
      if (this.#isOut({ ...address, id: request.to })) return failure("no-such-peer", leader);
      if (!this.#refusesTransfer(address.cluster, request.to)) this.leaders.set(address.cluster, request.to);
      return { kind: "transferring" };
    }
    if (request.kind === "members") return this.#change(address.cluster, leader, request.change);
    const decided = (command: Command): OutcomeAnswer => ({
      kind: "outcome",
      outcome: this.#carryOut(address.cluster, command),
    });
    if (request.kind === "commands") return { kind: "outcomes", answers: request.commands.map(decided) };
    return decided(request.command);
  }

  /** By what its leader knows. */
  #isOut({ cluster, id }: NodeAddress): boolean {
    const leader = this.#nodes.get(`${cluster}/${this.leaders.get(cluster) ?? id}`);
    return leader !== undefined && !isMember(leader.placed.configuration, id);
  }

  #membersAfter(address: NodeAddress, { knownIndex, knownRecoveries }: AskOptions): Members | null {
    const node = this.#nodes.get(nameOf(address));
    if (node?.phase !== "started") return null;
    const { configuration, configurationIndex } = node.placed;
    const mark = { recoveries: configuration.recoveries, index: configurationIndex };
    const isNews = compareMarks(mark, { recoveries: knownRecoveries, index: knownIndex }) > 0;
    return isNews ? membersOfPlaced(node.placed) : null;
  }

  #recover({ cluster, id }: NodeAddress, lost: readonly number[], leader: number | null): Answer {
    const node = this.#nodes.get(`${cluster}/${id}`);
    if (node === undefined) throw new Error(`${cluster}/${id} is no node`);
    const lastIndex = lastIndexOf(this.#log(cluster));
    const asked = { id, placed: node.placed, lost, lastIndex, leader, clock: this.clock };
    const { answer, after } = this.membership.recover(asked);
    node.placed = after;
    if (answer.kind === "members") this.leaders.set(cluster, id);
    return answer;
  }

  #change(cluster: string, leader: number, change: MembersChange): Answer {
    const node = this.#nodes.get(`${cluster}/${leader}`);
    if (node === undefined) throw new Error(`node ${leader} of ${cluster} leads and is none`);
    const { answer, after } = this.membership.change(node.placed, change);
    if (answer.kind === "members") this.#tell(cluster, after);
    return answer;
  }

  /** All reachable nodes hear of it at once, also removed ones. The first voter continues to lead. */
  #tell(cluster: string, placed: Placed): void {
    for (const [name, node] of this.#nodes) {
      if (name.startsWith(`${cluster}/`) && !this.down.has(name)) node.placed = placed;
    }
    const { voters } = placed.configuration;
    if (!voters.includes(this.leaders.get(cluster) ?? 0)) this.leaders.set(cluster, voters[0] ?? null);
  }

  /** A member that is out of reach can't take over. */
  #refusesTransfer(cluster: string, to: number): boolean {
    return this.refusesTransfers || this.down.has(`${cluster}/${to}`);
  }

  #query({ cluster }: NodeAddress, { query, minIndex }: QueryRequest): Answer {
    const storage = this.#log(cluster);
    const index = lastIndexOf(storage);
    if (minIndex > index) return failure("timeout", this.leaders.get(cluster) ?? null);
    return { kind: "result", result: evaluate(query, storage, index), index };
  }

  #carryOut(cluster: string, command: Command): Outcome {
    const storage = this.#log(cluster);
    const last = lastIndexOf(storage);
    const decision = decide(command, storage.view(last), this.clock);
    if (decision.kind !== "propose") return decision.outcome;
    const index = toIndex(last + 1);
    write(storage, index, encodeLogEntry(decision.entry));
    return decision.outcome(index, 1);
  }

  #log(cluster: string): Storage {
    const storage = this.#logs.get(cluster) ?? memoryStorage();
    if (!this.#logs.has(cluster)) {
      storage.prepare(bootstrapIdentity(cluster, 1, ["weur"]));
      storage.write(persist({ hardState: { currentTerm: 1, votedFor: null } }));
      this.#logs.set(cluster, storage);
    }
    return storage;
  }
}

function write(storage: Storage, index: Index, data: Uint8Array): void {
  const entry = createEntry(index, 1, "command", data);
  storage.write({ hardState: null, quiesce: null, truncateFrom: null, snapshot: null, append: [entry] });
}

function failure(reason: FailureReason, leader: number | null): Failure {
  return { kind: "failure", reason, leader };
}

function nameOf({ cluster, id }: NodeAddress): string {
  return `${cluster}/${id}`;
}
