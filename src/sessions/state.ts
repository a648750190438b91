import type { Grant } from "../http/auth.ts";
import type { TailPosition } from "../node/subscriber.ts";

/** What a socket is for: a session, one tail of its client's, or one that the Worker turns into events. */
export type Face = "session" | "tail" | "events";

/** What the Worker, which has checked the token, tells the node of a socket. */
export interface SocketOpening {
  readonly face: Face;
  readonly cluster: string;
  /** What the client may do. */
  readonly grant: Grant;
  /** The sub-protocol to be agreed on; null where the client named none. */
  readonly protocol: string | null;
  /** Where the one tail begins; null in a session. */
  readonly position: TailPosition | null;
}

export interface SavedTail extends TailPosition {
  /** Its client's number for it. */
  readonly id: number;
}

/** All that a session needs after the object has lost its memory; kept beside the socket. */
export interface SessionState {
  readonly face: Face;
  readonly cluster: string;
  readonly grant: Grant;
  readonly tails: readonly SavedTail[];
}

/** The number of the tail of a socket that has but one. */
export const ONLY_TAIL = 0;

export const encodeOpening = (opening: SocketOpening): string => JSON.stringify(opening);

/** What `encodeOpening` was given: it comes from the Worker, and from nobody else. */
export const decodeOpening = (text: string): SocketOpening => JSON.parse(text) as SocketOpening;
