import type { LogId, Seq } from "../log/types.ts";
import type { Index } from "../raft/types.ts";
import type { Page } from "../transport/protocol.ts";

/** How far somebody who follows a log has come. Plain data: it outlives the object's memory. */
export interface TailPosition {
  readonly name: string;
  /** The life of the log that is followed. */
  readonly log: LogId;
  /** The next record that is wanted. */
  readonly next: Seq;
  /** Bytes that may still be sent, as `Subscriber.send` counts them; below 0 where the last page had more. */
  readonly credit: number;
  /** What the log is like is known only once this is committed here. */
  readonly minIndex: Index;
  /** Since when there is something to send and no credit for it, ms since the epoch; null: it is not so. */
  readonly stalledAt: number | null;
}

/** Why nothing more comes. */
export type TailEnd =
  /** All records of a closed log were sent. */
  | { readonly kind: "closed" }
  | { readonly kind: "deleted" }
  /** Records that were not sent yet are gone; the log begins at `earliest`. */
  | { readonly kind: "trimmed"; readonly earliest: Seq }
  /** Without credit for too long. */
  | { readonly kind: "dropped" }
  /** This node's copy is damaged; another's may be whole. */
  | { readonly kind: "unreadable" };

/** Who follows a log. */
export interface Subscriber {
  readonly position: TailPosition;
  /** Keeps the position that it has come to. */
  move(position: TailPosition): void;
  /** Sends the records of a page, of which it may lack the first; gives what that takes of the credit, bytes. */
  send(page: Page): number;
  /** Nothing follows. */
  end(why: TailEnd): void;
}
