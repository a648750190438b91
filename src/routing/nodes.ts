import type { Identity } from "../raft/identity.ts";
import type { Index } from "../raft/types.ts";
import type { AnswerOf } from "../transport/answer-of.ts";
import type { NodeAddress } from "../transport/object.ts";
import type { Reply, Request } from "../transport/protocol.ts";
import type { Status } from "../transport/status.ts";

export interface AskOptions {
  readonly timeoutMs: number;
  /** Whether the node may hand the request on to the leader; otherwise it answers itself, or names the leader. */
  readonly mayHandOn: boolean;
  /** The configuration whose members the caller knows: it hears of newer ones. */
  readonly knownIndex: Index;
  readonly knownRecoveries: number;
}

/** The nodes of all clusters, as the router reaches them. Every method throws `TransportError`. */
export interface Nodes {
  ask<R extends Request>(address: NodeAddress, request: R, options: AskOptions): Promise<Reply<AnswerOf<R>>>;
  /** Null for a node that belongs to no cluster. */
  status(address: NodeAddress): Promise<Status | null>;
  /** False where it is another node already. */
  prepare(address: NodeAddress, identity: Identity): Promise<boolean>;
  /** False where it was never prepared. */
  start(address: NodeAddress): Promise<boolean>;
  /** A WebSocket to a node that is told what it is for: 101 where the node takes it. */
  socket(address: NodeAddress, opening: string, timeoutMs: number): Promise<Response>;
  /** Local clusters only: the node loses its memory, as if it had crashed. */
  abort(address: NodeAddress): Promise<void>;
}
