import { encodeLogEntry } from "../log/entry-codec.ts";
import { sweep } from "../log/sweep.ts";
import type { Raft } from "../raft/raft.ts";
import { type Index, toIndex } from "../raft/types.ts";
import type { Storage } from "../storage/contract.ts";

/** How often a leader checks logs, ms … */
const intervalMs = 1_000;
/** … and how many of them. */
const logsMax = 100;

/**
 * Lets the leader end logs whose time is over, and trim records that retention does not keep: a few logs at a time, in
 * turn, while the cluster is awake. No request depends on it: the leader checks the time of a log at every request.
 */
export class Sweeper {
  readonly #raft: Raft;
  readonly #storage: Storage;
  #dueAt = 0;
  /** The last entry that was checked … */
  #lastIndex = toIndex(0);
  /** … and the end of the log when this cycle began. */
  #cycleEnd = toIndex(0);

  constructor(raft: Raft, storage: Storage) {
    this.#raft = raft;
    this.#storage = storage;
  }

  /**
   * When `review` must be called at the latest, on the clock of consensus. Null if that needs no alarm of its own,
   * because a leader with peers has one for its heartbeats.
   */
  get reviewAt(): number | null {
    const { role, quiesce } = this.#raft.state;
    return role.name === "leader" && role.peers.size === 0 && quiesce === null ? this.#dueAt : null;
  }

  /**
   * `now` is on the clock of consensus, `wallNow` in ms since the epoch. Passes entries to `write`, one after the
   * other; false: the leader accepts no more.
   */
  review(now: number, wallNow: number, write: (data: Uint8Array) => boolean): void {
    const { role, lastIndex, quiesce } = this.#raft.state;
    if (role.name !== "leader" || quiesce !== null || now < this.#dueAt) return;
    this.#dueAt = now + intervalMs;
    if (this.#lastIndex >= this.#cycleEnd) this.#begin(lastIndex);
    const page = this.#storage.swept(this.#lastIndex, logsMax, lastIndex);
    // An entry of one log changes nothing for the others.
    const view = this.#storage.view(lastIndex);
    for (const life of page) {
      const entry = sweep({ life, tail: view.tail(life.id), view, now: wallNow });
      if (entry !== null && !write(encodeLogEntry(entry))) return;
      this.#lastIndex = life.index;
    }
    if (page.length < logsMax) this.#lastIndex = this.#cycleEnd;
  }

  /** Later changes have their turn in the next cycle, so that busy logs do not keep quiet ones waiting. */
  #begin(lastIndex: Index): void {
    this.#lastIndex = toIndex(0);
    this.#cycleEnd = lastIndex;
  }
}
