import type { Message } from "../raft/messages.ts";
import type { RaftTrace } from "../raft/trace.ts";
import type { NodeId } from "../raft/types.ts";
import type { Storage } from "../storage/contract.ts";
import { tellDeliverer } from "../transport/deliverer.ts";
import { askNode, type NodeAddress, sendMessages } from "../transport/object.ts";
import type { Answer, Request } from "../transport/protocol.ts";
import type { Alarm } from "./alarm.ts";
import type { Host } from "./host.ts";
import type { Node } from "./node.ts";

/** What the host needs from its object. */
export interface ObjectParts {
  readonly storage: Storage;
  readonly alarm: Alarm;
  readonly nodes: DurableObjectNamespace;
  readonly deliverers: DurableObjectNamespace;
  /** Resolves once all writes so far are durable. */
  sync(): Promise<void>;
  /** How long a peer may take to answer messages, ms. */
  readonly messageTimeoutMs: number;
  node(): Node;
  /** Receives the events of consensus; null: the trace is off. */
  readonly trace: RaftTrace | null;
  /** Runs an input from outside. If it throws, the object is dropped. */
  guard(run: () => void): void;
}

/** The world around a node in a Durable Object, whose output gate holds back what must not leave too early. */
export class ObjectHost implements Host {
  readonly storage: Storage;
  readonly trace: RaftTrace | null;
  readonly #around: ObjectParts;

  constructor(around: ObjectParts) {
    this.storage = around.storage;
    this.trace = around.trace;
    this.#around = around;
  }

  now(): number {
    return Date.now();
  }

  random(): number {
    return Math.random();
  }

  /** A silent peer shows in the leader's status, so the error is not reported elsewhere. */
  send(to: NodeId, messages: readonly Message[]): void {
    const { nodes, messageTimeoutMs, guard, node } = this.#around;
    sendMessages(nodes, this.#address(to), messages, messageTimeoutMs).then(
      (answers) => guard(() => node().receive(answers, () => {})),
      () => guard(() => node().unreachable(to)),
    );
  }

  forward(to: NodeId, request: Request, timeoutMs: number, answer: (answer: Answer | null) => void): void {
    const { nodes, guard } = this.#around;
    const options = { timeoutMs, forwarded: true, knownIndex: null, knownRecoveries: 0 };
    askNode(nodes, this.#address(to), request, options).then(
      (reply) => guard(() => answer(reply.answer)),
      () => guard(() => answer(null)),
    );
  }

  tell(names: readonly string[] | null, heard: (isHeard: boolean) => void): void {
    const { deliverers, guard } = this.#around;
    tellDeliverer(deliverers, this.#cluster(), names).then(
      () => guard(() => heard(true)),
      () => guard(() => heard(false)),
    );
  }

  sync(done: () => void): void {
    const { sync, guard } = this.#around;
    sync().then(
      () => guard(done),
      (error: unknown) =>
        guard(() => {
          throw error;
        }),
    );
  }

  wakeAt(at: number): void {
    this.#around.alarm.ensure(at, this.now());
  }

  after(ms: number, run: () => void): () => void {
    const timer = setTimeout(() => this.#around.guard(run), ms);
    return () => clearTimeout(timer);
  }

  #address(id: NodeId): NodeAddress {
    const { configuration } = this.#around.node();
    return { cluster: this.#cluster(), id, region: configuration?.regions[id] ?? "" };
  }

  #cluster(): string {
    const { identity } = this.#around.node();
    if (identity === null) throw new Error("a node of no cluster has no peers");
    return identity.cluster;
  }
}
