import type { Raft } from "../raft/raft.ts";
import type { Persist } from "../raft/ready.ts";
import { type Index, toIndex } from "../raft/types.ts";
import type { Storage } from "../storage/contract.ts";
import { Tail } from "./entry-bytes.ts";
import type { NodeOptions } from "./options.ts";

/**
 * Compacts a node's log, each node as it sees fit: keeps a bounded tail of entries for followers that are slow,
 * and removes rows that nobody needs any more, some with each group of inputs.
 */
export class Compaction {
  readonly #raft: Raft;
  readonly #storage: Storage;
  readonly #options: NodeOptions;
  readonly #tail: Tail;
  /** Whether dead rows may be left, by the mark that they were looked for last. */
  #cleanTo = toIndex(0);

  constructor(raft: Raft, storage: Storage, options: NodeOptions) {
    this.#raft = raft;
    this.#storage = storage;
    this.#options = options;
    this.#tail = new Tail(options.tailBytes);
  }

  /** Follows what is written. */
  written(persist: Persist): void {
    this.#tail.written(persist);
  }

  /** Lets consensus forget what lies before the tail; its `ready` is due then. Rarely, so that it costs little. */
  advance(): void {
    const { snapshot } = this.#raft.state;
    const index = this.#tailStart();
    if (index <= snapshot.index) return;
    this.#raft.compact(index);
    this.#tail.forget(index);
  }

  /**
   * Up to where the log may go: the tail has grown to twice its size, in entries or in bytes. One committed entry
   * always stays, however large: a node that was restarted hears by it what is committed.
   */
  #tailStart(): Index {
    const { commitIndex, snapshot } = this.#raft.state;
    const { tailEntries, tailBytes } = this.#options;
    const isLong = commitIndex - snapshot.index > 2 * tailEntries;
    const byEntries = isLong ? commitIndex - tailEntries : 0;
    const byBytes = this.#tail.bytes > 2 * tailBytes ? this.#tail.before(tailBytes) : 0;
    return toIndex(Math.min(commitIndex - 1, Math.max(byEntries, byBytes)));
  }

  /**
   * True where it may have removed rows. Half of a snapshot says nothing of what is dead: rows that would hold others,
   * as a fork does its source, may be in the other half.
   */
  removeDead(): boolean {
    const { index, readableIndex } = this.#raft.state.snapshot;
    if (index === this.#cleanTo || index < readableIndex) return false;
    if (this.#storage.removeDead(this.#options.deadRowsMax)) this.#cleanTo = index;
    return true;
  }
}
