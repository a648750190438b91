import { encodeLogEntry } from "../log/entry-codec.ts";
import { sweep } from "../log/sweep.ts";
import type { Raft } from "../raft/raft.ts";
import { type Index, toIndex } from "../raft/types.ts";
import type { Storage } from "../storage/contract.ts";

/** How often a leader looks at logs, ms … */
const intervalMs = 1_000;
/** … and at how many of them. */
const logsMax = 100;

/**
 * Lets the leader end logs whose time is over, and trim what retention does not keep: a few logs at a time, in turn,
 * while the cluster is awake. Nobody waits for it: who asks for such a log is told the truth before.
 */
export class Sweeper {
  readonly #raft: Raft;
  readonly #storage: Storage;
  #dueAt = 0;
  /** The last entry that was looked at … */
  #lastIndex = toIndex(0);
  /** … and the end of the log when this cycle began. */
  #cycleEnd = toIndex(0);

  constructor(raft: Raft, storage: Storage) {
    this.#raft = raft;
    this.#storage = storage;
  }

  /**
   * When `review` is to be called at the latest, on the clock of consensus; null where that needs no alarm of its own:
   * a leader that has peers has one for its heartbeats.
   */
  get reviewAt(): number | null {
    const { role, quiesce } = this.#raft.state;
    return role.name === "leader" && role.peers.size === 0 && quiesce === null ? this.#dueAt : null;
  }

  /**
   * `now` on the clock of consensus, `wallNow` in ms since the epoch. What is to be written goes to `write`, one after
   * the other; false: the leader takes no more.
   */
  review(now: number, wallNow: number, write: (data: Uint8Array) => boolean): void {
    const { role, lastIndex, quiesce } = this.#raft.state;
    if (role.name !== "leader" || quiesce !== null || now < this.#dueAt) return;
    this.#dueAt = now + intervalMs;
    if (this.#lastIndex >= this.#cycleEnd) this.#begin(lastIndex);
    const page = this.#storage.swept(this.#lastIndex, logsMax, lastIndex);
    // What is written of one log changes nothing for the others.
    const view = this.#storage.view(lastIndex);
    for (const life of page) {
      const entry = sweep({ life, tail: view.tail(life.id), view, now: wallNow });
      if (entry !== null && !write(encodeLogEntry(entry))) return;
      this.#lastIndex = life.index;
    }
    if (page.length < logsMax) this.#lastIndex = this.#cycleEnd;
  }

  /** What changes from now on has its turn in the next cycle: else the busy would keep the quiet from theirs. */
  #begin(lastIndex: Index): void {
    this.#lastIndex = toIndex(0);
    this.#cycleEnd = lastIndex;
  }
}
