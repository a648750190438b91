import type { Message } from "../raft/messages.ts";
import type { RaftTrace } from "../raft/trace.ts";
import type { NodeId } from "../raft/types.ts";
import type { Storage } from "../storage/contract.ts";
import type { Answer, Request } from "../transport/protocol.ts";

/**
 * What a node needs from the world. A Durable Object provides it, and so does the simulator. Every method returns at
 * once. The host holds back all that leaves the node (`send`, `forward`, answers) until all earlier writes are durable:
 * the platform's output gate.
 */
export interface Host {
  readonly storage: Storage;
  /** The wall clock, ms since the epoch. May jump. */
  now(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** Sends messages to a peer. Its answers arrive by `Node.receive`, a failure by `Node.unreachable`. */
  send(to: NodeId, messages: readonly Message[]): void;
  /**
   * Asks a peer. `answer` is called at most once, with `null` if the peer can't be reached or does not answer in time.
   */
  forward(to: NodeId, request: Request, timeoutMs: number, answer: (answer: Answer | null) => void): void;
  /**
   * Tells the deliverer of the cluster's subscriptions that these logs have changed; null: any may have. `heard` is
   * called once: true if the deliverer will certainly look at them, false if that is not known.
   */
  tell(names: readonly string[] | null, heard: (isHeard: boolean) => void): void;
  /** Calls `done` once all that has been written so far is durable. */
  sync(done: () => void): void;
  /** Makes sure that `Node.alarm` is called at `at` (wall clock, ms) or earlier. May cost a write. */
  wakeAt(at: number): void;
  /** Receives the events of consensus; null: the trace is off. */
  readonly trace: RaftTrace | null;
  /** Calls `run` after `ms`, unless cancelled. For time limits of requests. Lost with the object. */
  after(ms: number, run: () => void): () => void;
}
