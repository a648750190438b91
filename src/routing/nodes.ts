import type { Identity } from "../raft/identity.ts";
import type { Index } from "../raft/types.ts";
import type { AnswerOf } from "../transport/answer-of.ts";
import type { NodeAddress } from "../transport/object.ts";
import type { Reply, Request } from "../transport/protocol.ts";
import type { Status } from "../transport/status.ts";

export interface AskOptions {
  readonly timeoutMs: number;
  /** Whether the node may hand the request on to the leader. Otherwise it answers itself, or names the leader. */
  readonly mayHandOn: boolean;
  /** The configuration whose members the caller knows. It learns of newer ones. */
  readonly knownIndex: Index;
  readonly knownRecoveries: number;
}

/** The nodes of all clusters, for the router. Every method throws `TransportError`. */
export interface Nodes {
  ask<R extends Request>(address: NodeAddress, request: R, options: AskOptions): Promise<Reply<AnswerOf<R>>>;
  /** Null for a node that belongs to no cluster. */
  status(address: NodeAddress): Promise<Status | null>;
  /** False if it has another identity already. */
  prepare(address: NodeAddress, identity: Identity): Promise<boolean>;
  /** False if it was never prepared. */
  start(address: NodeAddress): Promise<boolean>;
  /** A WebSocket to a node, with its purpose: 101 if the node accepts it. */
  socket(address: NodeAddress, opening: string, timeoutMs: number): Promise<Response>;
  /** Local clusters only: the node loses its memory, as if it had crashed. */
  abort(address: NodeAddress): Promise<void>;
}
