import { Node } from "../../src/node/node.ts";
import type { NodeOptions } from "../../src/node/options.ts";
import { bootstrapIdentity } from "../../src/raft/identity.ts";
import type { Message } from "../../src/raft/messages.ts";
import { type NodeId, toIndex } from "../../src/raft/types.ts";
import type { Answer, Request } from "../../src/transport/protocol.ts";
import { appendTo } from "../storage/fixture.ts";
import { FakeHost } from "./fake-host.ts";
import { options as plainOptions } from "./leader.ts";

/** Something on its way from one node to another. */
interface Call {
  readonly from: NodeId;
  readonly to: NodeId;
  /** None in a request that is handed on. */
  readonly messages: readonly Message[];
  readonly arrive: (target: Node) => void;
}

/** A host whose messages travel when the test says so. */
class Host extends FakeHost {
  readonly #id: NodeId;
  readonly #leave: (call: Call) => void;

  constructor(id: NodeId, leave: (call: Call) => void) {
    super();
    this.#id = id;
    this.#leave = leave;
  }

  override send(to: NodeId, messages: readonly Message[]): void {
    const from = this.#id;
    const back = (answers: readonly Message[]): void => {
      if (answers.length === 0) return;
      const arrive = (node: Node): void => node.receive(answers, () => {});
      this.#leave({ from: to, to: from, messages: answers, arrive });
    };
    this.#leave({ from, to, messages, arrive: (node) => node.receive(messages, back) });
  }

  override forward(to: NodeId, request: Request, timeoutMs: number, answer: (answer: Answer) => void): void {
    const from = this.#id;
    const back = (given: Answer): void =>
      this.#leave({ from: to, to: from, messages: [], arrive: () => answer(given) });
    const arrive = (node: Node): void => node.request(request, timeoutMs, false, back);
    this.#leave({ from, to, messages: [], arrive });
  }
}

/** One of three nodes; null while it is dead. */
interface Place {
  readonly host: Host;
  node: Node | null;
}

/** Three whole nodes with disks that take no time, and the calls between them, which the test delivers or loses. */
export class Trio {
  readonly #places = new Map<NodeId, Place>();
  /** Calls and answers that have left a node, oldest first. */
  #calls: Call[] = [];
  readonly #options: NodeOptions;

  constructor(options: NodeOptions = plainOptions) {
    this.#options = options;
    const regions = ["weur", "weur", "weur"];
    for (const id of [1, 2, 3]) {
      const host = new Host(id, (call) => this.#calls.push(call));
      const node = new Node(host, options);
      node.prepare(bootstrapIdentity("main", id, regions));
      node.start();
      this.#places.set(id, { host, node });
    }
    this.settleDisks();
  }

  node(id: NodeId): Node {
    const { node } = this.#place(id);
    if (node === null) throw new Error(`node ${id} is dead`);
    return node;
  }

  get leader(): NodeId | null {
    const leads = (id: NodeId): boolean => this.#place(id).node?.status()?.role === "leader";
    return [3, 2, 1].find(leads) ?? null;
  }

  /** Delivers the calls for which `passes` holds, and what follows from them; all others are lost. */
  run(passes: (call: Call) => boolean = () => true): void {
    for (let call = this.#calls.shift(); call !== undefined; call = this.#calls.shift()) {
      const target = this.#place(call.to).node;
      if (target !== null && passes(call)) call.arrive(target);
      this.settleDisks();
    }
  }

  /** `id` campaigns first, and wins with the nodes that are alive. */
  elect(id: NodeId, passes?: (call: Call) => boolean): void {
    this.pass(2 * this.#options.electionTimeoutMs);
    this.#ring(id);
    this.run(passes);
  }

  /** Time enough for the next heartbeat of `id`. */
  heartbeat(id: NodeId): void {
    this.pass(this.#options.heartbeatMs);
    this.#ring(id);
    this.run();
  }

  /** Time passes; alarms don't ring. */
  pass(ms: number): void {
    for (const { host } of this.#places.values()) host.pass(ms);
  }

  /** Its memory is lost, and what it had sent and was not delivered. */
  kill(id: NodeId): void {
    const place = this.#place(id);
    place.node = null;
    place.host.forget();
    this.#calls = this.#calls.filter(({ from }) => from !== id);
  }

  restart(id: NodeId): void {
    const place = this.#place(id);
    place.node = new Node(place.host, this.#options);
  }

  /** Asks one node; its answers come into the list. */
  ask(id: NodeId, request: Request): Answer[] {
    const answers: Answer[] = [];
    this.node(id).request(request, 60_000, true, (answer) => answers.push(answer));
    this.settleDisks();
    return answers;
  }

  /** What a linearizable reader of the log "a" is told at a node, once that has heard what is committed. */
  read(id: NodeId): Answer | undefined {
    const limits = { recordsMax: 100, bytesMax: 100_000, waitMs: 0 };
    const query = { kind: "page", name: "a", from: { at: "earliest" }, until: null, ...limits } as const;
    const answers = this.ask(id, { kind: "query", query, consistency: "linearizable", minIndex: toIndex(0) });
    this.run();
    if (answers.length === 0 && this.leader !== null) this.heartbeat(this.leader);
    return answers[0];
  }

  settleDisks(): void {
    for (const { host, node } of this.#places.values()) {
      host.database.markDurable(host.database.written);
      if (node !== null) host.flush();
      host.database.markDurable(host.database.written);
    }
  }

  #ring(id: NodeId): void {
    this.#place(id).host.alarmAt = null;
    this.node(id).alarm();
    this.settleDisks();
  }

  #place(id: NodeId): Place {
    const place = this.#places.get(id);
    if (place === undefined) throw new Error(`there is no node ${id}`);
    return place;
  }
}

/** An append of one record by a producer: sent twice, it is the same. */
export const once: Request = {
  kind: "command",
  command: appendTo("a", { producer: { id: "p", epoch: 0, seq: 0 } }),
};
