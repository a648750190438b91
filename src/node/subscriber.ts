import type { LogId, Seq } from "../log/types.ts";
import type { Index } from "../raft/types.ts";
import type { Page } from "../transport/protocol.ts";

/** How far a subscriber of a log has come. Plain data, because it outlives the object's memory. */
export interface TailPosition {
  readonly name: string;
  /** The life of the log that is followed. */
  readonly log: LogId;
  /** The next record that is wanted. */
  readonly next: Seq;
  /** Bytes that may still be sent, as `Subscriber.send` counts them; below 0 if the last page was larger. */
  readonly credit: number;
  /** The log can be read here only once this index is committed here. */
  readonly minIndex: Index;
  /** Since when there is something to send without credit, ms since the epoch; null: there is not. */
  readonly stalledAt: number | null;
}

/** Why a tail ends. */
export type TailEnd =
  /** All records of a closed log were sent. */
  | { readonly kind: "closed" }
  | { readonly kind: "deleted" }
  /** Records that were not sent yet are trimmed. The log begins at `earliest`. */
  | { readonly kind: "trimmed"; readonly earliest: Seq }
  /** It had no credit for too long. */
  | { readonly kind: "dropped" }
  /** This node's copy is damaged. Another node's copy may be intact. */
  | { readonly kind: "unreadable" };

/** A reader that follows a log. */
export interface Subscriber {
  readonly position: TailPosition;
  /** Stores its new position. */
  move(position: TailPosition): void;
  /** Sends the records of a page from its position on. Returns the credit that this takes, bytes. */
  send(page: Page): number;
  /** The tail ends. */
  end(why: TailEnd): void;
}
