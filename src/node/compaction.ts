import type { Raft } from "../raft/raft.ts";
import type { Persist } from "../raft/ready.ts";
import { type Index, toIndex } from "../raft/types.ts";
import type { Storage } from "../storage/contract.ts";
import { Tail } from "./entry-bytes.ts";
import type { NodeOptions } from "./options.ts";

/**
 * Compacts a node's log, independently of other nodes. Keeps a bounded tail of entries for slow followers, and removes
 * dead rows, some with each group of inputs.
 */
export class Compaction {
  readonly #raft: Raft;
  readonly #storage: Storage;
  readonly #options: NodeOptions;
  readonly #tail: Tail;
  /** The mark up to which no dead rows are left. */
  #cleanTo = toIndex(0);

  constructor(raft: Raft, storage: Storage, options: NodeOptions) {
    this.#raft = raft;
    this.#storage = storage;
    this.#options = options;
    this.#tail = new Tail(options.tailBytes);
  }

  /** Called with each write. */
  written(persist: Persist): void {
    this.#tail.written(persist);
  }

  /**
   * Lets consensus compact what lies before the tail; call its `ready` afterwards. Acts rarely, so that it costs
   * little.
   */
  advance(): void {
    const { snapshot } = this.#raft.state;
    const index = this.#tailStart();
    if (index <= snapshot.index) return;
    this.#raft.compact(index);
    this.#tail.forget(index);
  }

  /**
   * How far to compact, once the tail has grown to twice its size in entries or in bytes. One committed entry always
   * stays, however large, because a restarted node learns from it what is committed.
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
   * True if it may have removed rows. Half of a snapshot can't tell which rows are dead: the other half may have rows
   * that keep others alive, as a fork does with its source.
   */
  removeDead(): boolean {
    const { index, readableIndex } = this.#raft.state.snapshot;
    if (index === this.#cleanTo || index < readableIndex) return false;
    if (this.#storage.removeDead(this.#options.deadRowsMax)) this.#cleanTo = index;
    return true;
  }
}
