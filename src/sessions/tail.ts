import type { Subscriber, TailEnd, TailPosition } from "../node/subscriber.ts";
import type { Page } from "../transport/protocol.ts";
import type { TailFormat } from "./tail-format.ts";

/** What a tail needs from its session. */
export interface TailHome {
  readonly format: TailFormat;
  deliver(message: string | Uint8Array): void;
  save(): void;
  ended(tail: SessionTail, why: TailEnd): void;
}

/** One tail of a session. */
export class SessionTail implements Subscriber {
  /** Its client's number for it. */
  readonly id: number;
  readonly #home: TailHome;
  #position: TailPosition;

  constructor(id: number, position: TailPosition, home: TailHome) {
    this.id = id;
    this.#position = position;
    this.#home = home;
  }

  get position(): TailPosition {
    return this.#position;
  }

  move(position: TailPosition): void {
    this.#position = position;
    this.#home.save();
  }

  send(page: Page): number {
    const { message, bytes } = this.#home.format.records(this.id, page);
    this.#home.deliver(message);
    return bytes;
  }

  end(why: TailEnd): void {
    const message = this.#home.format.end(this.id, why, this.#position.next);
    if (message !== null) this.#home.deliver(message);
    this.#home.ended(this, why);
  }
}
