import type { Message } from "../raft/messages.ts";
import type { RaftTrace } from "../raft/trace.ts";
import type { NodeId } from "../raft/types.ts";
import type { Storage } from "../storage/contract.ts";
import type { Answer, Request } from "../transport/protocol.ts";

/**
 * What a node needs of the world: a Durable Object gives it, and so does the simulator. Every method
 * returns at once. What leaves the node (`send`, `forward`, an answer) is held back by the host until all
 * that was written before it is durable: the platform's output gate.
 */
export interface Host {
  readonly storage: Storage;
  /** The wall clock, ms since the epoch. May jump. */
  now(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** Carries messages to a peer. Its answers come in by `Node.receive`, a failure by `Node.unreachable`. */
  send(to: NodeId, messages: readonly Message[]): void;
  /** Asks a peer; `answer` is called at most once: `null` when the peer can't be reached or does not answer in time. */
  forward(to: NodeId, request: Request, timeoutMs: number, answer: (answer: Answer | null) => void): void;
  /**
   * Tells whoever delivers for the cluster's subscriptions that these logs have changed; null: any may have. `heard` is
   * called once: true when it is certain that they will be looked at, false where that is not known.
   */
  tell(names: readonly string[] | null, heard: (isHeard: boolean) => void): void;
  /** Calls `done` once all that has been written so far is durable. */
  sync(done: () => void): void;
  /** Makes sure that `Node.alarm` is called at `at` (wall clock, ms) or earlier. May cost a write. */
  wakeAt(at: number): void;
  /** Hears what happens in consensus; null: nobody asks. */
  readonly trace: RaftTrace | null;
  /** Calls `run` after `ms`, unless cancelled. Bounds a request's wait; forgotten with the object. */
  after(ms: number, run: () => void): () => void;
}
