import { Problem } from "../http/problem.ts";
import type { FanOut } from "../node/fan-out.ts";
import type { TailPosition } from "../node/subscriber.ts";
import { sessionLimits } from "./protocol.ts";
import type { SavedTail } from "./state.ts";
import { SessionTail, type TailHome } from "./tail.ts";

/** The tails of one session, by their client's numbers. */
export class SessionTails {
  readonly #node: FanOut;
  readonly #home: TailHome;
  readonly #tails = new Map<number, SessionTail>();
  /** The tails that have not begun yet, and the credit that each has by now, bytes. */
  readonly #reserved = new Map<number, number>();

  constructor(node: FanOut, home: TailHome) {
    this.#node = node;
    this.#home = home;
  }

  position(id: number): TailPosition | null {
    return this.#tails.get(id)?.position ?? null;
  }

  saved(): readonly SavedTail[] {
    return Array.from(this.#tails.values(), ({ id, position }) => ({ id, ...position }));
  }

  /** Runs `open` while the number is taken. Throws the problem `tail-refused`. */
  async reserve<T>(id: number, credit: number, open: () => Promise<T>): Promise<T> {
    if (this.#tails.has(id) || this.#reserved.has(id))
      throw new Problem("tail-refused", `The session has a tail ${id}.`);
    if (this.#tails.size + this.#reserved.size >= sessionLimits.tails)
      throw new Problem("tail-refused", `A session has at most ${sessionLimits.tails} tails.`);
    this.#reserved.set(id, credit);
    try {
      return await open();
    } catch (error) {
      this.#reserved.delete(id);
      throw error;
    }
  }

  /** Begins a reserved tail, with the credit that came meanwhile. */
  opened(id: number, position: TailPosition): TailPosition {
    return { ...position, credit: this.#reserved.get(id) ?? position.credit };
  }

  begin(id: number, position: TailPosition): void {
    this.#reserved.delete(id);
    const tail = new SessionTail(id, position, this.#home);
    this.#tails.set(id, tail);
    this.#node.join(tail);
  }

  /** Ends a tail. Does nothing if it has ended. */
  end(id: number): void {
    const tail = this.#tails.get(id);
    this.#tails.delete(id);
    if (tail !== undefined) this.#node.leave(tail);
  }

  endAll(): void {
    for (const id of [...this.#tails.keys()]) this.end(id);
  }

  /** Gives credit to a tail. Does nothing if it has just ended. False: that is more than a tail may have. */
  grant(id: number, bytes: number): boolean {
    const tail = this.#tails.get(id);
    const before = tail?.position.credit ?? this.#reserved.get(id);
    if (before === undefined) return true;
    if (before + bytes > sessionLimits.credit) return false;
    if (tail === undefined) this.#reserved.set(id, before + bytes);
    else this.#node.grant(tail, bytes);
    return true;
  }
}
