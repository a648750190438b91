import type { Grant } from "../http/auth.ts";
import type { TailPosition } from "../node/subscriber.ts";

/** The purpose of a socket: a session, one tail of a client, or one tail that the Worker turns into events. */
export type Face = "session" | "tail" | "events";

/** What the Worker, which has checked the token, tells the node about a socket. */
export interface SocketOpening {
  readonly face: Face;
  readonly cluster: string;
  /** The client's permissions. */
  readonly grant: Grant;
  /** The sub-protocol to agree on; null if the client named none. */
  readonly protocol: string | null;
  /** Where the one tail begins; null in a session. */
  readonly position: TailPosition | null;
}

export interface SavedTail extends TailPosition {
  /** Its client's number for it. */
  readonly id: number;
}

/** All that a session needs after the object has lost its memory. Stored with the socket. */
export interface SessionState {
  readonly face: Face;
  readonly cluster: string;
  readonly grant: Grant;
  readonly tails: readonly SavedTail[];
}

/** The number of the tail of a socket that has only one. */
export const ONLY_TAIL = 0;

export const encodeOpening = (opening: SocketOpening): string => JSON.stringify(opening);

/** Decodes what `encodeOpening` gave. It always comes from the Worker. */
export const decodeOpening = (text: string): SocketOpening => JSON.parse(text) as SocketOpening;
